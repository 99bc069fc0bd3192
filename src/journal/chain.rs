//! The chain of one device's facts: a gap or a change shows.

use super::fact::{Digest, Fact};
use crate::collections::{Table, insert_in_order};
use crate::domain::cbor::record;

/// Which facts of one device have come, whatever their order, and whether they hang together.
///
/// Kept as runs without a gap, so that it stays small however many facts there are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chain {
    /// First counter of each run, and the run.
    runs: Table<u32, Run>,
    /// Facts whose link to the one before is wrong: one of the two was changed. In order.
    broken: Vec<u32>,
}
record!(Chain { runs, broken });

#[derive(Clone, PartialEq, Eq, Debug)]
struct Run {
    last: u32,
    /// What the first fact says of the one before it.
    link: Option<Digest>,
    /// The digest of the last fact.
    digest: Digest,
}
record!(Run { last, link, digest });

impl Chain {
    /// Whether a fact has come.
    pub fn has(&self, counter: u32) -> bool {
        self.runs.at_or_before(counter).is_some_and(|(_, run)| counter <= run.last)
    }

    /// Takes a fact of this device. Answers whether it is new.
    pub fn add(&mut self, fact: &Fact) -> bool {
        let counter = fact.id.counter();
        if self.has(counter) {
            return false;
        }
        let mut first = counter;
        let mut run = Run { last: counter, link: fact.previous, digest: fact.digest() };
        if let Some((start, before)) = self.runs.at_or_before(counter).map(|(s, r)| (s, r.clone()))
            && before.last + 1 == counter
        {
            if run.link != Some(before.digest) {
                insert_in_order(&mut self.broken, counter);
            }
            first = start;
            run.link = before.link;
        }
        if let Some(next) = counter.checked_add(1).and_then(|n| self.runs.remove(n)) {
            if next.link != Some(run.digest) {
                insert_in_order(&mut self.broken, counter + 1);
            }
            (run.last, run.digest) = (next.last, next.digest);
        }
        if first == 1 && run.link.is_some() {
            insert_in_order(&mut self.broken, 1);
        }
        self.runs.insert(first, run);
        true
    }

    /// The counter and the digest of the last fact before the first gap; its author goes on from here.
    pub fn head(&self) -> Option<(u32, Digest)> {
        self.runs.get(1).map(|run| (run.last, run.digest))
    }

    /// The numbers, first and last, of facts that are missing between those that have come.
    pub fn gaps(&self) -> Vec<(u32, u32)> {
        let mut expected = 1;
        let mut gaps = Vec::new();
        for (first, run) in self.runs.iter() {
            if first > expected {
                gaps.push((expected, first - 1));
            }
            expected = run.last.saturating_add(1);
        }
        gaps
    }

    /// Facts that do not fit the one before them, in order.
    pub fn broken(&self) -> &[u32] {
        &self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DeviceId, FactId};
    use crate::journal::clock::Hlc;
    use proptest::prelude::*;

    fn facts(count: u32) -> Vec<Fact> {
        let mut previous = None;
        (1..=count)
            .map(|counter| {
                let fact = Fact {
                    id: FactId::new(DeviceId(1), counter),
                    at: Hlc::from_bits(counter.into()),
                    previous,
                    body: vec![counter as u8],
                };
                previous = Some(fact.digest());
                fact
            })
            .collect()
    }

    #[test]
    fn a_gap_shows() {
        let mut chain = Chain::default();
        for fact in facts(9).iter().filter(|f| ![3, 4, 8].contains(&f.id.counter())) {
            assert!(chain.add(fact));
        }
        assert_eq!(chain.gaps(), [(3, 4), (8, 8)]);
        assert_eq!(chain.head().map(|(last, _)| last), Some(2));
    }

    #[test]
    fn a_changed_fact_shows() {
        let mut facts = facts(4);
        facts[1].body = vec![99];
        let mut chain = Chain::default();
        assert!(facts.iter().all(|fact| chain.add(fact)));
        assert_eq!(chain.broken(), [3]);
    }

    proptest! {
        #[test]
        fn any_order_and_repeats_give_the_same_chain(
            order in Just((0..12usize).chain(0..12).collect::<Vec<_>>()).prop_shuffle(),
            changed in 0..12usize,
        ) {
            let mut facts = facts(12);
            facts[changed].body.push(7);
            let mut straight = Chain::default();
            facts.iter().for_each(|fact| { straight.add(fact); });
            let mut mixed = Chain::default();
            let new = order.iter().filter(|i| mixed.add(&facts[**i])).count();
            prop_assert_eq!(new, 12);
            prop_assert_eq!(straight, mixed);
        }
    }
}
