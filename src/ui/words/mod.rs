//! Words for people. The core answers with types; here they become sentences.

pub mod activity;
pub mod aliases;
pub mod boxes;
pub mod errors;
pub mod messages;
pub mod people;
pub mod places;
pub mod statuses;
pub mod times;
