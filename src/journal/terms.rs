//! A booking's terms as they are, and a change of them that leaves alone what others changed meanwhile.

use super::command::{BookingTerms, Notify, Overlap};
use super::ledger::Ledger;
use crate::domain::{BookingId, KeyId, VisitorDetails, WallTime};

/// What somebody changed: how the terms of a booking were shown, and how they shall be.
#[derive(Clone, Debug, PartialEq)]
pub struct TermsChange {
    /// As they were.
    pub from: BookingTerms,
    /// As they shall be.
    pub to: BookingTerms,
}

impl TermsChange {
    /// The terms as they are now with what was changed, and no more. An overlap was agreed to for the times that were
    /// seen; others are looked at again.
    pub fn over(&self, now: &BookingTerms) -> BookingTerms {
        let merged = merge(&self.from, &self.to, now, true);
        let seen = place(&merged) == place(&self.to);
        BookingTerms { overlap: if seen { self.to.overlap } else { Overlap::Refuse }, notify: self.to.notify, ..merged }
    }

    /// The terms as they are now without what was changed, as far as nobody changed it again.
    pub fn undone(&self, now: &BookingTerms) -> BookingTerms {
        let merged = merge(&self.to, &self.from, now, false);
        let overlap = if place(&merged) == place(now) {
            now.overlap
        } else if self.stands(now) {
            self.from.overlap
        } else {
            Overlap::Refuse
        };
        let notify = if self.stands(now) { Notify::Nobody } else { self.to.notify };
        BookingTerms { overlap, notify, ..merged }
    }

    /// Whether key and times still are what the change made of them.
    pub fn stands(&self, now: &BookingTerms) -> bool {
        place(&self.to) == place(now)
    }
}

impl Ledger {
    /// A booking's terms as they are; none when who its visitor is is not known any more.
    pub fn terms(&self, id: BookingId) -> Option<BookingTerms> {
        let booking = self.booking(id)?;
        Some(BookingTerms {
            key: booking.key(),
            times: booking.right().window().map(|window| (window.start(), window.end())),
            visitor: self.visitor(booking.visitor())?.clone(),
            notes: self.notes(id).cloned(),
            reminder: booking.reminder(),
            overlap: Overlap::AsBefore(booking.overlap()),
            notify: Notify::Nobody,
        })
    }
}

/// What a booking takes: a key, and when.
fn place(terms: &BookingTerms) -> (KeyId, Option<(WallTime, WallTime)>) {
    (terms.key, terms.times)
}

/// Field by field: what `ours` made of `base`, over `now`. Where `now` differs from `base` too, `ours` wins or not.
fn merge(base: &BookingTerms, ours: &BookingTerms, now: &BookingTerms, wins: bool) -> BookingTerms {
    fn pick<T: Clone + PartialEq>(base: &T, ours: &T, now: &T, wins: bool) -> T {
        if ours != base && (wins || now == base) { ours.clone() } else { now.clone() }
    }
    let times = match (base.times, ours.times, now.times) {
        (Some(base), Some(ours), Some(now)) => {
            Some((pick(&base.0, &ours.0, &now.0, wins), pick(&base.1, &ours.1, &now.1, wins)))
        }
        (base, ours, now) => pick(&base, &ours, &now, wins),
    };
    let (b, o, n) = (&base.visitor, &ours.visitor, &now.visitor);
    BookingTerms {
        key: pick(&base.key, &ours.key, &now.key, wins),
        times,
        visitor: VisitorDetails {
            name: pick(&b.name, &o.name, &n.name, wins),
            email: pick(&b.email, &o.email, &n.email, wins),
            mobile: pick(&b.mobile, &o.mobile, &n.mobile, wins),
            language: pick(&b.language, &o.language, &n.language, wins),
        },
        notes: pick(&base.notes, &ours.notes, &now.notes, wins),
        reminder: pick(&base.reminder, &ours.reminder, &now.reminder, wins),
        overlap: now.overlap,
        notify: now.notify,
    }
}
