//! Alias codes in words.

use crate::domain::code::{CodeError, Weakness};
use crate::domain::{AliasId, Stay};
use crate::journal::queries::AliasLife;
use crate::ui::kit::{StateKind, group_code};
use crate::ui::state::View;

use super::{people, times};

/// For whom an alias code is; while it is for nobody, the visitor of its booking.
pub fn who(view: &View, id: AliasId) -> String {
    let linked = || match view.ledger.alias_life(id, view.zones, view.now)? {
        AliasLife::Linked(booking) | AliasLife::Over(booking) => Some(view.visitor_name(booking)),
        AliasLife::NotLinked | AliasLife::Retired => None,
    };
    people::alias(view, id).or_else(linked).unwrap_or_else(|| "Nobody yet".to_owned())
}

/// Where an alias code is in its life: a mark and a few words.
pub fn life(view: &View, life: AliasLife) -> (StateKind, String) {
    let key = |id| view.ledger.booking(id).map_or_else(String::new, |booking| view.key_name(booking.key()));
    match life {
        AliasLife::NotLinked => (StateKind::Waiting, "Not linked".to_owned()),
        AliasLife::Linked(booking) => (StateKind::Live, format!("Linked to {}", key(booking))),
        AliasLife::Over(booking) => (StateKind::Ended, format!("Was linked to {}", key(booking))),
        AliasLife::Retired => (StateKind::Ended, "Retired".to_owned()),
    }
}

/// When a visitor is expected, by the clocks there: “today 15:00 – Thursday 11:00”.
pub fn expected(view: &View, stay: &Stay) -> String {
    let (start, end) = (stay.window.start(), stay.window.end());
    match view.location_rules(stay.location) {
        Some(rules) => times::span(start, end, rules.wall(view.now).date()),
        None => format!("{} – {}", times::exact(start), times::exact(end)),
    }
}

/// An alias code by its digits, in groups: “482 9137”.
pub fn code(view: &View, id: AliasId) -> String {
    view.ledger.alias(id).map_or_else(String::new, |alias| group_code(&alias.code().digits()))
}

/// What is wrong with digits that were typed.
pub fn unread(error: &CodeError) -> String {
    match error {
        CodeError::Length(0) => "Choose 4 to 16 digits.".to_owned(),
        CodeError::Length(got) => format!("Choose 4 to 16 digits; these are {got}."),
        CodeError::NotADigit(_) => "Digits only, 4 to 16 of them.".to_owned(),
    }
}

/// Why a code is easy to guess.
pub const fn weakness(weakness: Weakness) -> &'static str {
    match weakness {
        Weakness::OneDigit => "It is one digit over and over: among the first that anyone tries.",
        Weakness::Run => "Its digits stand in a row: among the first that anyone tries.",
        Weakness::Repeats => "It repeats itself: among the first that anyone tries.",
        Weakness::Year => "It reads as a year: among the first that anyone tries.",
    }
}
