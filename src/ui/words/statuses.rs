//! How things stand with a booking, in words.

use crate::domain::BookingId;
use crate::journal::queries::Status;
use crate::ui::kit::StateKind;
use crate::ui::state::View;

use super::times;

/// How things stand: a mark and a few words.
pub fn status(view: &View, id: BookingId, status: Status) -> (StateKind, String) {
    let key = view.ledger.booking(id).map(|b| b.key());
    let at = |at| key.map_or_else(String::new, |key| view.moment(at, key));
    match status {
        Status::Upcoming { .. } => (StateKind::Waiting, "Upcoming".to_owned()),
        Status::Open { .. } => (StateKind::Live, "Can be picked up".to_owned()),
        Status::Out { since, .. } => (StateKind::Live, format!("Picked up {}", at(since))),
        Status::Overdue { since, .. } => {
            (StateKind::Wrong, format!("Overdue by {}", times::lasting(view.now.ms() - since.ms())))
        }
        Status::Returned { at: back, .. } => (StateKind::Live, format!("Returned {}", at(back))),
        Status::Ended { used: true, .. } => (StateKind::Ended, "Ended".to_owned()),
        Status::Ended { used: false, .. } => (StateKind::Ended, "Ended, never picked up".to_owned()),
        Status::Revoked { out: true, .. } => (StateKind::Wrong, "Revoked, key still out".to_owned()),
        Status::Revoked { .. } => (StateKind::Ended, "Revoked".to_owned()),
    }
}
