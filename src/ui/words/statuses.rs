//! How things stand with a booking, in words.

use crate::domain::BookingId;
use crate::journal::queries::{DeliveryState, Filter, KeyOut, Status};
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
        Status::Revoked { out: Some(KeyOut { due, overdue: true }), .. } => {
            let late = times::lasting(view.now.ms() - due.ms());
            (StateKind::Wrong, format!("Revoked, key overdue by {late}"))
        }
        Status::Revoked { out: Some(_), .. } => (StateKind::Wrong, "Revoked, key still out".to_owned()),
        Status::Revoked { .. } => (StateKind::Ended, "Revoked".to_owned()),
    }
}

/// How things stand, in a word or two, for a row of a list. It says no more than the boxes are known to know: a code that
/// no box has is not ready, and a revocation that a box has not confirmed is not over.
pub fn short(view: &View, id: BookingId, status: Status) -> (StateKind, &'static str) {
    let delivered = |state| {
        let deliveries = view.ledger.deliveries(id, view.zones, view.now);
        deliveries.into_iter().any(|delivery| delivery.state == state)
    };
    match status {
        Status::Upcoming { .. } => (StateKind::Waiting, "Upcoming"),
        Status::Open { .. } if delivered(DeliveryState::Live) => (StateKind::Live, "Ready"),
        Status::Open { .. } => (StateKind::Waiting, "Not at a box yet"),
        Status::Out { .. } => (StateKind::Live, "Picked up"),
        Status::Overdue { .. } => (StateKind::Wrong, "Overdue"),
        Status::Returned { .. } => (StateKind::Live, "Returned"),
        Status::Ended { .. } => (StateKind::Ended, "Ended"),
        Status::Revoked { out: Some(KeyOut { overdue: true, .. }), .. } => (StateKind::Wrong, "Revoked, overdue"),
        Status::Revoked { out: Some(_), .. } => (StateKind::Wrong, "Revoked, key out"),
        Status::Revoked { .. } if delivered(DeliveryState::StillAccepts) => {
            (StateKind::Wrong, "Revoked, still accepted")
        }
        Status::Revoked { .. } => (StateKind::Ended, "Revoked"),
    }
}

/// What a filter of the list is called.
pub const fn filter(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "All",
        Filter::Now => "Now",
        Filter::Upcoming => "Upcoming",
        Filter::Overdue => "Overdue",
        Filter::Ended => "Ended",
        Filter::Revoked => "Revoked",
    }
}
