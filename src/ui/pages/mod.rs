//! The pages. Each reads through [`App`](super::state::App) and writes through it; the parts are the kit's.

pub mod activity;
pub mod aliases;
pub mod bookings;
pub mod carriage;
pub mod devices;
pub mod field;
pub mod handing;
pub mod import;
pub mod joining;
pub mod keys;
pub mod locations;
pub mod messages;
pub mod settings;
pub mod smartbox;
pub mod visit;
pub mod welcome;
