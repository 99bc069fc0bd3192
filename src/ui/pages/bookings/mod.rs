//! Bookings: the list, one booking and all that is known of it, making one, editing one, revoking one.

mod about;
mod boxes;
mod draft;
mod edit;
mod exchanges;
mod form;
mod list;
mod new;
mod overdue;
mod revoke;
mod saying;
mod undo;

pub use list::BookingsPage;
pub use undo::offer_undo;
