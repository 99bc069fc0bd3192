//! A box's log: events numbered for life and chained by their hashes, in a ring that overwrites the oldest, and counts what
//! that lost.

use std::collections::VecDeque;

use sha2::{Digest as _, Sha256};

use super::protocol::contents::{EventReport, LAST_NUMBER};
use super::protocol::{
    Digest, EVENTS_A_MESSAGE, Event, EventRun, LOG_CAPACITY, LOST_RUNS, LoggedEvent, check_logged, check_run,
};
use crate::domain::Instant;
use crate::domain::cbor::{self, record};

/// What a log is chained to before its first event.
pub const CHAIN_BEGINS: Digest = Digest([0; 32]);

/// The chain up to an event: SHA-256 over the chain before it and its own bytes. Whoever has read a log up to an event knows by
/// this one value that nothing before it was changed, left out or put in.
pub fn chained(before: &Digest, event: &LoggedEvent) -> Digest {
    Digest(Sha256::new().chain_update(before.0).chain_update(cbor::to_vec(event)).finalize().into())
}

/// The log of one box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    /// Not acknowledged yet, with consecutive numbers.
    held: VecDeque<LoggedEvent>,
    next: u64,
    lost: u64,
    lost_runs: Vec<EventRun>,
    /// The chain before the first of those held.
    before: Digest,
}
record!(Log { held, next, lost, lost_runs, before });

impl Default for Log {
    fn default() -> Self {
        Self::starting_at(1)
    }
}

impl Log {
    /// An empty log whose first event gets a number, 1 or higher.
    pub fn starting_at(next: u64) -> Self {
        Self { held: VecDeque::new(), next: next.max(1), lost: 0, lost_runs: Vec::new(), before: CHAIN_BEGINS }
    }

    /// Writes an event down. When the log is full, the oldest one is lost, and counted.
    pub fn write(&mut self, at: Instant, event: Event) {
        if self.held.len() >= usize::from(LOG_CAPACITY)
            && let Some(oldest) = self.forget_oldest()
        {
            self.count_lost(oldest.number);
        }
        self.held.push_back(LoggedEvent { number: self.next, at, event });
        self.next = self.next.saturating_add(1);
    }

    /// Whether a log that was read is one that writing comes to: numbers without a gap that end at the next one, before where
    /// numbers end; and what was lost, before those that are held.
    pub(super) fn is_sound(&self) -> bool {
        let (Some(first), runs) = (self.next.checked_sub(self.held.len() as u64), &self.lost_runs) else {
            return false;
        };
        first >= 1
            && self.next <= 2 * LAST_NUMBER
            && self.held.len() <= usize::from(LOG_CAPACITY)
            && self.held.iter().map(|event| event.number).eq(first..self.next)
            && self.held.iter().all(|event| check_logged(event).is_ok())
            && self.lost < first
            && runs.len() <= LOST_RUNS
            && runs.iter().all(|run| check_run(run).is_ok() && run.last < first)
    }

    fn forget_oldest(&mut self) -> Option<LoggedEvent> {
        let oldest = self.held.pop_front()?;
        self.before = chained(&self.before, &oldest);
        Some(oldest)
    }

    /// Begins anew: with this number, or the next one if that is higher. What was held is lost, and counted.
    pub fn begin(&mut self, from: u64, at: Instant) {
        while let Some(oldest) = self.forget_oldest() {
            self.count_lost(oldest.number);
        }
        let instead_of = self.next;
        self.next = self.next.max(from);
        self.before = CHAIN_BEGINS;
        self.write(at, Event::LogBegun { instead_of });
    }

    fn count_lost(&mut self, number: u64) {
        self.lost += 1;
        match self.lost_runs.last_mut() {
            Some(run) if run.last + 1 == number => run.last = number,
            _ => self.lost_runs.push(EventRun { first: number, last: number }),
        }
        if self.lost_runs.len() > LOST_RUNS {
            self.lost_runs.remove(0);
        }
    }

    /// Events from a number on, as many as one message may have and was asked for.
    pub fn read(&self, from: u64, at_most: u16) -> EventReport {
        let skip = usize::try_from(from.saturating_sub(self.first_held())).unwrap_or(usize::MAX);
        EventReport {
            before: self.held.iter().take(skip).fold(self.before, |before, event| chained(&before, event)),
            events: self.held.iter().skip(skip).take(at_most.min(EVENTS_A_MESSAGE).into()).cloned().collect(),
            first_held: self.first_held(),
            next: self.next,
            lost: self.lost,
            lost_runs: self.lost_runs.clone(),
        }
    }

    /// The chain up to a number that is held; nothing for any other.
    pub fn chain_through(&self, number: u64) -> Option<Digest> {
        let held = number >= self.first_held() && number < self.next;
        let through = self.held.iter().take_while(|event| event.number <= number);
        held.then(|| through.fold(self.before, |before, event| chained(&before, event)))
    }

    /// Forgets the events up to a number: they are stored durably elsewhere. Numbers that were never given count for nothing.
    pub fn acknowledge(&mut self, through: u64) {
        while self.held.front().is_some_and(|oldest| oldest.number <= through) {
            self.forget_oldest();
        }
    }

    /// The number of the oldest event held; the next one's when there is none.
    pub fn first_held(&self) -> u64 {
        self.held.front().map_or(self.next, |oldest| oldest.number)
    }

    /// The number that the next event gets.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// How many events were overwritten before they were acknowledged.
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Which ones: the latest runs of them, in order.
    pub fn lost_runs(&self) -> &[EventRun] {
        &self.lost_runs
    }

    /// The events not acknowledged yet, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &LoggedEvent> {
        self.held.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(events: u64) -> Log {
        let mut log = Log::default();
        (0..events).for_each(|_| log.write(Instant::default(), Event::Started));
        log
    }

    #[test]
    fn a_log_is_sound_whatever_is_done_with_it() {
        let mut log = written(u64::from(LOG_CAPACITY) + 3);
        assert!(log.is_sound());
        log.acknowledge(9);
        assert!(log.is_sound());
        log.begin(LAST_NUMBER, Instant::default());
        assert!(log.is_sound() && Log::default().is_sound());
    }

    #[test]
    fn a_log_that_writing_does_not_come_to_is_not_sound() {
        let with = |change: fn(&mut Log)| {
            let mut log = written(4);
            log.acknowledge(1);
            change(&mut log);
            log.is_sound()
        };
        assert!(with(|_| ()));
        assert!(!with(|log| log.next = u64::MAX));
        assert!(!with(|log| log.next = 2));
        assert!(!with(|log| drop(log.held.remove(1))));
        assert!(!with(|log| log.held[0].at = Instant::from_ms(-1)));
        assert!(!with(|log| log.lost = 2));
        assert!(!with(|log| log.lost_runs.push(EventRun { first: 1, last: u64::MAX })));
        assert!(!with(|log| log.lost_runs = vec![EventRun { first: 1, last: 1 }; LOST_RUNS + 1]));
    }
}
