//! Alias codes: made, and perhaps sent, before their bookings exist (rule 8).

use super::{Booking, Ledger, Linked, Reg, paired};
use crate::domain::cbor::record;
use crate::domain::stamp::Stamp;
use crate::domain::{AliasId, BookingCode, BookingId, Channel, Stay, VisitorId};
use crate::journal::fact::AliasTerms;

/// An alias code, as it was issued, and what has changed since.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alias {
    issued: Stamp,
    code: BookingCode,
    channel: Option<Channel>,
    terms: Reg<AliasTerms>,
    retired: Option<Stamp>,
}
record!(Alias { issued, code, channel, terms, retired });

impl Alias {
    pub(super) fn issued(stamp: Stamp, code: BookingCode, channel: Option<Channel>, terms: AliasTerms) -> Self {
        Self { issued: stamp, code, channel, terms: Reg::new(stamp, terms), retired: None }
    }

    pub(super) fn change(&mut self, stamp: Stamp, terms: AliasTerms) {
        self.terms.write(stamp, terms);
    }

    pub(super) fn retire(&mut self, stamp: Stamp) {
        self.retired = Some(self.retired.map_or(stamp, |first| first.min(stamp)));
    }

    /// When it was issued, and by which fact.
    pub fn made(&self) -> Stamp {
        self.issued
    }

    /// The code, for ever.
    pub fn code(&self) -> BookingCode {
        self.code
    }

    /// How the visitor is written to, when that was clear from the start.
    pub fn channel(&self) -> Option<Channel> {
        self.channel
    }

    /// For whom it is.
    pub fn visitor(&self) -> Option<VisitorId> {
        self.terms.value.visitor
    }

    /// When and where its visitor is expected, and content with which class of key.
    pub fn stay(&self) -> Option<&Stay> {
        self.terms.value.stay.as_ref()
    }

    /// For whom and for when.
    pub fn terms(&self) -> &AliasTerms {
        &self.terms.value
    }

    /// When it was retired first, and by which fact.
    pub fn retired(&self) -> Option<Stamp> {
        self.retired
    }

    /// The stamp of what a box must know of it: that it is a code without a booking, or none any more.
    pub fn grant_stamp(&self) -> Stamp {
        self.retired.map_or(self.issued, |retired| retired.max(self.issued))
    }
}

impl Ledger {
    /// The alias codes, oldest first within a device.
    pub fn aliases(&self) -> impl Iterator<Item = (AliasId, &Alias)> {
        self.state.aliases.iter()
    }

    /// An alias code.
    pub fn alias(&self, id: AliasId) -> Option<&Alias> {
        self.state.aliases.get(id)
    }

    /// The alias codes that are or were a code.
    pub fn aliases_with(&self, code: BookingCode) -> impl Iterator<Item = (AliasId, &Alias)> {
        let found = paired(self.index.by_code(&self.state), code.to_bits()).map(AliasId);
        found.filter_map(|id| Some((id, self.alias(id)?)))
    }

    /// The other alias codes that are the same code: two devices that did not know of each other chose it.
    pub fn alias_conflicts(&self, id: AliasId) -> Vec<AliasId> {
        let Some(alias) = self.alias(id).filter(|alias| alias.retired.is_none()) else { return Vec::new() };
        let others = self.aliases_with(alias.code).filter(|(other, known)| *other != id && known.retired.is_none());
        others.map(|(other, _)| other).collect()
    }

    /// The bookings that an alias code is linked to, the one that was linked last first. More than one is a conflict: two
    /// devices that did not know of each other gave it away.
    pub fn linked_to(&self, alias: AliasId) -> Vec<BookingId> {
        let linked = |id| -> Option<(Stamp, BookingId)> {
            let link: &Reg<Option<Linked>> = self.booking(id)?.changed(|c| c.linked.as_ref())?;
            (link.value?.alias == alias).then_some((link.stamp, id))
        };
        let ever = paired(self.index.by_alias(&self.state), alias.0.to_bits()).map(BookingId);
        let mut found: Vec<(Stamp, BookingId)> = ever.filter_map(linked).collect();
        crate::collections::sort_by(&mut found, |one, other| other.cmp(one));
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// The booking that an alias code is linked to.
    pub fn booking_of(&self, alias: AliasId) -> Option<(BookingId, &Booking)> {
        let id = *self.linked_to(alias).first()?;
        Some((id, self.booking(id)?))
    }
}
