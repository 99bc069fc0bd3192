//! The times at which one key is taken (rule 10): bookings of one key may touch but not overlap.

use crate::domain::{BookingId, Instant, KeyId, ZoneRules};

use super::ledger::Ledger;

/// A stretch of time: from its first moment up to its end, which is outside.
pub type Span = (Instant, Instant);

/// Whether two spans share time. Touching is not sharing.
pub fn share(one: Span, other: Span) -> bool {
    one.0 < other.1 && other.0 < one.1
}

/// Who takes a key, and when. Asking for what shares time with a span looks at the neighbours alone.
#[derive(Clone, Debug)]
pub struct Taken<T> {
    /// In the order of their first moments; what begins together, in the order in which it was taken.
    spans: Vec<(Span, T)>,
    /// No span is longer, so none that begins earlier than this before another can reach into it.
    longest_ms: i64,
}

impl<T> Default for Taken<T> {
    fn default() -> Self {
        Self { spans: Vec::new(), longest_ms: 0 }
    }
}

impl<T: PartialEq + Copy> Taken<T> {
    /// Takes a span.
    pub fn insert(&mut self, by: T, span: Span) {
        let (from, to) = span;
        self.longest_ms = self.longest_ms.max(to.ms().saturating_sub(from.ms()));
        let place = self.spans.partition_point(|((other, _), _)| *other <= from);
        self.spans.insert(place, (span, by));
    }

    /// The same spans, taken by other names.
    pub fn map<U>(self, mut name: impl FnMut(T) -> U) -> Taken<U> {
        Taken {
            spans: self.spans.into_iter().map(|(span, by)| (span, name(by))).collect(),
            longest_ms: self.longest_ms,
        }
    }

    /// Gives a span back.
    pub fn remove(&mut self, by: T, (from, _): Span) {
        self.spans.retain(|((other, _), other_by)| (*other, *other_by) != (from, by));
    }

    /// Those who share time with a span, earliest first. Touching is not sharing.
    pub fn sharing(&self, (from, to): Span) -> impl Iterator<Item = T> {
        let reaching = from.plus_ms(self.longest_ms.saturating_neg()).min(to);
        let first = self.spans.partition_point(|((other, _), _)| *other < reaching);
        let near = self.spans[first..].iter().take_while(move |((other, _), _)| *other < to);
        near.filter(move |((_, end), _)| from < *end).map(|(_, by)| *by)
    }
}

impl Ledger {
    /// The times at which a key is taken by one-time bookings that are not revoked.
    pub fn taken(&self, key: KeyId, rules: &ZoneRules) -> Taken<BookingId> {
        let mut taken = Taken::default();
        for (id, booking) in self.bookings_of(key).filter(|(_, booking)| booking.revoked().is_none()) {
            if let Some(window) = booking.right().window() {
                taken.insert(id, window.instants(rules));
            }
        }
        taken
    }
}
