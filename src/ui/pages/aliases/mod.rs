//! Alias codes: the list, one of them and what can be done with it, issuing them, and the morning's giving out of keys.

mod about;
mod assign;
mod change;
mod draft;
mod fields;
mod issue;
mod link;
mod list;
mod of_booking;
mod retire;

pub use list::AliasesPage;
pub use of_booking::{AliasOffers, BookingAlias, awaited};

use crate::domain::{AliasId, VisitorDetails};
use crate::journal::ledger::Alias;
use crate::journal::queries::AliasLife;
use crate::ui::state::View;

/// Whether two descriptions are of one person, who is reached in just the same way.
fn same_person(one: &VisitorDetails, other: &VisitorDetails) -> bool {
    one.name.as_str().to_lowercase() == other.name.as_str().to_lowercase()
        && (&one.email, &one.mobile) == (&other.email, &other.mobile)
}

/// The alias codes that can be linked to a booking, with who their visitors are: they live, and no booking has them that
/// is not over.
pub fn unlinked<'v>(view: &View<'v>) -> impl Iterator<Item = (AliasId, &'v Alias, Option<&'v VisitorDetails>)> {
    let View { ledger, zones, now } = *view;
    let free = ledger.aliases().filter(move |(id, _)| {
        matches!(ledger.alias_life(*id, zones, now), Some(AliasLife::NotLinked | AliasLife::Over(_)))
    });
    free.map(move |(id, alias)| (id, alias, alias.visitor().and_then(|visitor| ledger.visitor(visitor))))
}

/// The alias codes that can be linked to a booking of a person.
fn unlinked_of(view: &View, person: &VisitorDetails) -> Vec<AliasId> {
    let theirs = unlinked(view).filter(|(.., visitor)| visitor.is_some_and(|visitor| same_person(visitor, person)));
    theirs.map(|(id, ..)| id).collect()
}
