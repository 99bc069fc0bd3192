//! Where a key is, in words.

use crate::collections::insert_in_order;
use crate::domain::KeyId;
use crate::journal::ledger::KeyPlace;
use crate::journal::queries::Status;
use crate::ui::kit::StateKind;
use crate::ui::state::View;

/// Where a key is: a mark and a sentence.
pub fn key(view: &View, id: KeyId) -> (StateKind, String) {
    let Some(key) = view.ledger.key(id) else { return (StateKind::Plain, "not known here".to_owned()) };
    match key.place() {
        KeyPlace::InBin { smartbox, bin, .. } => {
            (StateKind::Live, format!("in {}, bin {bin}", view.box_name(smartbox)))
        }
        KeyPlace::WithVisitor { booking, since } => {
            let overdue = view.status(booking).is_some_and(Status::is_overdue);
            let kind = if overdue { StateKind::Wrong } else { StateKind::Waiting };
            (kind, format!("with {} since {}", view.visitor_name(booking), view.moment(since, id)))
        }
        KeyPlace::AtHand { since } => (StateKind::Plain, format!("at hand since {}", view.moment(since, id))),
        KeyPlace::Unaccounted if key.moves().is_empty() => (StateKind::Plain, "not in a box yet".to_owned()),
        KeyPlace::Unaccounted => (StateKind::Wrong, "unaccounted for".to_owned()),
    }
}

/// The classes that keys have, in order.
pub fn classes(view: &View) -> Vec<String> {
    let mut classes = Vec::new();
    for class in view.ledger.keys().filter_map(|(_, key)| key.details().class.as_ref()) {
        insert_in_order(&mut classes, class.to_string());
    }
    classes
}
