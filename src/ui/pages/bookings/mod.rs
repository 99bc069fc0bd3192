//! Bookings: the list, one booking and all that is known of it, making one, editing one, revoking one.

pub(super) mod about;
pub(super) mod boxes;
pub(super) mod draft;
mod edit;
mod exchanges;
pub(super) mod form;
mod list;
mod new;
mod overdue;
mod revoke;
pub(super) mod saying;
mod undo;

pub use list::BookingsPage;
pub use undo::{offer_command, offer_undo};
