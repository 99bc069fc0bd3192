//! How far the log of a box was read, whoever brings its reports: nothing is read twice, nothing is passed over unsaid.

use super::log::{CHAIN_BEGINS, chained};
use super::protocol::contents::EventReport;
use super::protocol::{Digest, Event, EventRun, LoggedEvent};

/// How far a log was read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reading {
    /// The number of the first event that is not read.
    cursor: u64,
    /// The chain up to the event before that, if it is known.
    chain: Option<Digest>,
    /// The runs of lost events that the box named.
    lost_runs: Vec<EventRun>,
    /// The numbers that were overwritten before anyone stored them.
    pub lost: Vec<EventRun>,
    /// The numbers that were not read here and that the box no longer holds, because another device acknowledged them.
    pub elsewhere: Vec<EventRun>,
    /// The log is not the one that was read before: it ends before the number to read from, or what it says came before is not
    /// what was read.
    pub restarted: bool,
}

/// What a report adds to what was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Read {
    /// Nothing that was not read before.
    Nothing,
    /// These events, and the chain up to the last of them.
    Events(Vec<LoggedEvent>, Digest),
    /// Nothing yet: the box still holds these, and another report of it has them.
    Missing(EventRun),
}

impl Reading {
    /// What is to be read from a number on, 1 or higher, with the chain up to the event before it, if that is known.
    pub fn from(cursor: u64, chain: Option<Digest>) -> Self {
        Self { cursor: cursor.max(1), chain, ..Self::default() }
    }

    /// The number of the first event that is not read.
    pub const fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The chain up to the event before that, if it is known.
    pub const fn chain(&self) -> Option<Digest> {
        self.chain
    }

    /// Notes which runs of events a box says it lost, for [`skip_to`](Self::skip_to).
    pub fn note_lost(&mut self, runs: Vec<EventRun>) {
        self.lost_runs = runs;
    }

    /// Goes past the numbers that the box no longer holds, and says what became of them.
    pub fn skip_to(&mut self, first_held: u64) {
        let mut from = self.cursor;
        if from >= first_held {
            return;
        }
        let last = first_held - 1;
        for run in std::mem::take(&mut self.lost_runs) {
            let (first, until) = (run.first.max(from), run.last.min(last));
            if first <= until {
                if from < first {
                    self.elsewhere.push(EventRun { first: from, last: first - 1 });
                }
                self.lost.push(EventRun { first, last: until });
                from = until + 1;
            }
        }
        if from <= last {
            self.elsewhere.push(EventRun { first: from, last });
        }
        self.cursor = first_held;
        self.chain = None;
    }

    /// Takes a report of consecutive events that the box has signed, and goes past those that were read before. The events count
    /// as read when [`read`](Self::read) says so.
    pub fn take(&mut self, report: EventReport) -> Read {
        let EventReport { before, mut events, first_held, lost_runs, .. } = report;
        self.note_lost(lost_runs);
        self.skip_to(first_held);
        let Some(first) = events.first().map(|first| first.number) else { return Read::Nothing };
        if first > self.cursor {
            return Read::Missing(EventRun { first: self.cursor, last: first - 1 });
        }
        let known = usize::try_from(self.cursor - first).map_or(events.len(), |known| known.min(events.len()));
        let fresh = events.split_off(known);
        let before = events.iter().fold(before, |before, event| chained(&before, event));
        let Some(next) = fresh.first() else { return Read::Nothing };
        let expected = self.chain.or_else(|| (self.cursor == 1).then_some(CHAIN_BEGINS));
        let begun = before == CHAIN_BEGINS && matches!(next.event, Event::LogBegun { .. });
        if expected.is_some_and(|expected| expected != before) && !begun {
            // Nothing of a log that contradicts itself is taken: it says so every time, until a manager has it begun anew.
            self.restarted = true;
            return Read::Nothing;
        }
        let chain = fresh.iter().fold(before, |before, event| chained(&before, event));
        Read::Events(fresh, chain)
    }

    /// Everything up to, not including, this number is read, and this is the chain up to there.
    pub fn read(&mut self, through: u64, chain: Digest) {
        self.cursor = through;
        self.chain = Some(chain);
    }
}
