//! A visit to a box, the app's side of it, as an interpreter without I/O (`PROTOCOL.md`, "A visit").
//!
//! `start`, then `exchange` for every answer and `stored` for every batch of events, until `Done`. A visit may be dropped
//! at any moment: what was confirmed counts, what was stored is stored, and the next visit does the rest.

use std::collections::VecDeque;

use super::grants::digest;
use super::protocol::{
    BATCH, BinReport, Digest, EVENTS_A_MESSAGE, EventRun, Failure, Fault, Grant, GrantId, Held, Hindered, Hindrance,
    KeyNotice, LoggedEvent, ReadError, Request, Response, Status, VERSIONS, Versions, read_response, write_request,
};
use crate::collections::{Set, Table};
use crate::domain::{BinNumber, Instant, SerialNumber};

/// What a visit is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VisitPlan {
    /// The box that is meant.
    pub serial: SerialNumber,
    /// The grants that it has not confirmed with these stamps.
    pub grants: Vec<Grant>,
    /// The grants that it has: they are delivered again only if the digests differ.
    pub confirmed: Vec<Grant>,
    /// What it should know of keys that are not in it.
    pub notices: Vec<KeyNotice>,
    /// The bins to put into or out of service.
    pub bins: Vec<(BinNumber, bool)>,
    /// The number of the first event that is not stored yet; 1 for a box that was never read.
    pub read_from: u64,
    /// Set the box's clock if it is off by more than so many milliseconds; `None` leaves it.
    pub set_clock: Option<u32>,
}

/// What a visit wants of its host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Send this, and give the answer to [`Visit::exchange`].
    Send(Vec<u8>),
    /// Make these durable, together with the number after the last one, and then call [`Visit::stored`].
    Store(Vec<LoggedEvent>),
    /// It is over.
    Done(Box<VisitReport>),
}

/// What a visit has done so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VisitReport {
    /// The grants that the box holds, with the stamps it goes by. A stamp that is higher than the delivered one means
    /// that the box knows better.
    pub confirmed: Vec<Held>,
    /// The grants that do not open, and why.
    pub refused: Vec<Hindered>,
    /// How many notices were delivered.
    pub notices: usize,
    /// Whether the box's digest is that of the grants it should hold, leaving out those it had no room for; `None` until
    /// it was compared.
    pub digest_agrees: Option<bool>,
    /// How many events were read and stored.
    pub events: u64,
    /// The numbers that were overwritten before anyone stored them.
    pub lost: Vec<EventRun>,
    /// The numbers that this app has not read and the box no longer holds, because they were acknowledged by another device.
    pub elsewhere: Vec<EventRun>,
    /// The box's log ends before the number to read from: it is not the log that was read before.
    pub log_restarted: bool,
    /// How many milliseconds the box's clock was ahead (behind, when negative), before it was set.
    pub clock_offset_ms: i64,
    /// Whether the clock was set.
    pub clock_set: bool,
    /// The box's bins as it told of them at the beginning, with those that were set since.
    pub bins: Vec<BinReport>,
}

/// Why a visit cannot go on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VisitError {
    /// The answer was no message.
    #[error("the answer could not be read: {0}")]
    Malformed(Fault),
    /// The answer was of a kind that is not known here.
    #[error("an answer of unknown kind {0}")]
    Unsupported(u32),
    /// The box speaks other versions.
    #[error("expected version {} to {}, the box speaks {} to {}", VERSIONS.low, VERSIONS.high, .0.low, .0.high)]
    Version(Versions),
    /// The answer belongs to another exchange.
    #[error("expected the answer to exchange {expected}, got that to {got}")]
    OutOfStep {
        /// The exchange that is under way.
        expected: u32,
        /// The one that was answered.
        got: u32,
    },
    /// The answer is none to what was asked, or contradicts what the box said before.
    #[error("the answer does not fit the question")]
    Unexpected,
    /// Another box answered.
    #[error("expected box {expected}, got {got}")]
    WrongBox {
        /// The box that was meant.
        expected: SerialNumber,
        /// The box that answered.
        got: SerialNumber,
    },
    /// The box did not do it.
    #[error("{0}")]
    Failed(Failure),
    /// The host called out of turn, or after the end.
    #[error("the visit was waiting for something else")]
    OutOfTurn,
}

/// What the visit waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Waiting {
    Hello,
    Events,
    /// For the host to store events up to, not including, this number.
    Stored(u64),
    Acknowledged,
    ClockSet,
    BinSet(BinNumber, bool),
    /// For a delivery of these grants and so many notices.
    Delivered(Set<GrantId>, usize),
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Events that were there when the visit began.
    EventsBefore,
    Clock,
    Bins,
    Grants,
    /// Events that the visit itself made.
    EventsAfter,
}

/// One visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    exchange: u32,
    waiting: Waiting,
    phase: Phase,
    serial: SerialNumber,
    set_clock: Option<u32>,
    bins: VecDeque<(BinNumber, bool)>,
    /// What is to be delivered.
    grants: VecDeque<Grant>,
    notices: VecDeque<KeyNotice>,
    /// To be delivered again if the digests differ; emptied when that has been done.
    again: Vec<Grant>,
    /// What the box should hold after the visit.
    expected: Table<GrantId, Grant>,
    /// The number of the first event that is not stored.
    cursor: u64,
    /// Read up to, not including, this number; `None` until the box says.
    target: Option<u64>,
    /// The first event that the box holds, as far as it told.
    first_held: u64,
    /// The box's last word on its grants.
    digest: Option<(Digest, Instant)>,
    /// Whether anything was done that the box writes down.
    acted: bool,
    /// The runs of lost events that the box named.
    lost_runs: Vec<EventRun>,
    report: VisitReport,
}

impl Visit {
    /// Begins a visit: the first message to send.
    pub fn start(plan: VisitPlan) -> (Self, Vec<u8>) {
        let mut expected: Table<GrantId, Grant> = Table::default();
        for grant in plan.confirmed.iter().chain(&plan.grants) {
            let newest = expected.get_or_insert_with(grant.id, || grant.clone());
            if *grant > *newest {
                *newest = grant.clone();
            }
        }
        // One grant may be planned twice, in two writings: the newest says it all.
        let planned: Set<GrantId> = plan.grants.iter().map(|grant| grant.id).collect();
        let grants = planned.iter().filter_map(|id| expected.get(id).cloned()).collect();
        let mut visit = Self {
            exchange: 0,
            waiting: Waiting::Nothing,
            phase: Phase::EventsBefore,
            serial: plan.serial,
            set_clock: plan.set_clock,
            bins: plan.bins.into(),
            grants,
            notices: plan.notices.into(),
            again: plan.confirmed,
            expected,
            cursor: plan.read_from.max(1),
            target: None,
            first_held: 1,
            digest: None,
            acted: false,
            lost_runs: Vec::new(),
            report: VisitReport::default(),
        };
        let hello = visit.message(Waiting::Hello, &Request::Hello { versions: VERSIONS });
        (visit, hello)
    }

    /// What has been done so far. It holds whatever becomes of the visit.
    pub const fn report(&self) -> &VisitReport {
        &self.report
    }

    /// Takes the box's answer to the last message.
    ///
    /// # Errors
    /// When it is no answer, or not the one that was asked for. The visit is then over.
    pub fn exchange(&mut self, reply: &[u8], now: Instant) -> Result<Step, VisitError> {
        let waiting = std::mem::replace(&mut self.waiting, Waiting::Nothing);
        if matches!(waiting, Waiting::Nothing | Waiting::Stored(_)) {
            self.waiting = waiting;
            return Err(VisitError::OutOfTurn);
        }
        let (exchange, response) = read_response(reply).map_err(|error| match error {
            ReadError::Malformed { fault, .. } => VisitError::Malformed(fault),
            ReadError::Unsupported { kind, .. } => VisitError::Unsupported(kind),
            ReadError::Version(versions) => VisitError::Version(versions),
        })?;
        // A box that could read nothing at all answers as to exchange 0.
        if let (0, Response::Failed(failure)) = (exchange, &response) {
            return Err(VisitError::Failed(*failure));
        }
        if exchange != self.exchange {
            return Err(VisitError::OutOfStep { expected: self.exchange, got: exchange });
        }
        match (waiting, response) {
            (_, Response::Failed(failure)) => return Err(VisitError::Failed(failure)),
            (Waiting::Hello, Response::Hello(status)) => self.hello(status, now)?,
            (Waiting::Events, Response::Events { events, first_held, next }) => {
                if let Some(step) = self.events(events, first_held, next)? {
                    return Ok(step);
                }
            }
            (Waiting::Acknowledged, Response::Acknowledged { first_held }) => {
                if first_held < self.cursor {
                    return Err(VisitError::Unexpected);
                }
                self.first_held = first_held;
            }
            (Waiting::ClockSet, Response::ClockSet { .. }) => self.report.clock_set = true,
            (Waiting::BinSet(number, enabled), Response::BinSet { bin, enabled: is })
                if bin == number && is == enabled =>
            {
                for report in self.report.bins.iter_mut().filter(|report| report.bin == bin) {
                    report.enabled = enabled;
                }
            }
            (Waiting::Delivered(sent, notices), Response::Delivered { accepted, refused, clock, digest }) => {
                self.delivered(&sent, accepted, refused)?;
                self.report.notices += notices;
                self.digest = Some((digest, clock));
            }
            _ => return Err(VisitError::Unexpected),
        }
        Ok(self.advance(now))
    }

    /// Says that the events of the last [`Step::Store`] are durable.
    ///
    /// # Errors
    /// When no events were given to be stored.
    pub fn stored(&mut self, now: Instant) -> Result<Step, VisitError> {
        let Waiting::Stored(through) = self.waiting else { return Err(VisitError::OutOfTurn) };
        self.waiting = Waiting::Nothing;
        self.report.events += through - self.cursor;
        self.cursor = through;
        Ok(self.advance(now))
    }

    fn hello(&mut self, status: Status, now: Instant) -> Result<(), VisitError> {
        if status.serial != self.serial {
            return Err(VisitError::WrongBox { expected: self.serial.clone(), got: status.serial });
        }
        self.report.bins = status.bins;
        self.report.clock_offset_ms = status.clock.ms().saturating_sub(now.ms());
        self.digest = Some((status.digest, status.clock));
        self.lost_runs = status.lost_runs;
        if status.next < self.cursor {
            self.report.log_restarted = true;
            self.cursor = status.first_held;
        }
        self.skip_to(status.first_held);
        self.first_held = status.first_held;
        self.target = Some(status.next);
        Ok(())
    }

    /// Goes past the numbers that the box no longer holds, and says what became of them.
    fn skip_to(&mut self, first_held: u64) {
        let mut from = self.cursor;
        if from >= first_held {
            return;
        }
        let last = first_held - 1;
        for run in std::mem::take(&mut self.lost_runs) {
            let (first, until) = (run.first.max(from), run.last.min(last));
            if first <= until {
                if from < first {
                    self.report.elsewhere.push(EventRun { first: from, last: first - 1 });
                }
                self.report.lost.push(EventRun { first, last: until });
                from = until + 1;
            }
        }
        if from <= last {
            self.report.elsewhere.push(EventRun { first: from, last });
        }
        self.cursor = first_held;
    }

    fn events(&mut self, events: Vec<LoggedEvent>, first_held: u64, next: u64) -> Result<Option<Step>, VisitError> {
        let target = *self.target.get_or_insert(next);
        if next < target || first_held < self.first_held {
            return Err(VisitError::Unexpected);
        }
        // Overwritten since the box last spoke: nobody else can have read them meanwhile.
        if first_held > self.cursor {
            self.lost_runs = vec![EventRun { first: self.cursor, last: first_held - 1 }];
            self.skip_to(first_held);
        }
        self.first_held = first_held;
        if !events.iter().map(|event| event.number).eq((self.cursor..next).take(events.len())) {
            return Err(VisitError::Unexpected);
        }
        match events.last() {
            Some(last) => {
                self.waiting = Waiting::Stored(last.number + 1);
                Ok(Some(Step::Store(events)))
            }
            None if self.cursor < target => Err(VisitError::Unexpected),
            None => Ok(None),
        }
    }

    fn delivered(
        &mut self,
        sent: &Set<GrantId>,
        accepted: Vec<Held>,
        refused: Vec<Hindered>,
    ) -> Result<(), VisitError> {
        let full: Set<GrantId> =
            refused.iter().filter(|no| matches!(no.by, Hindrance::Full { .. })).map(|no| no.grant).collect();
        let answered: Set<GrantId> = accepted.iter().map(|held| held.grant).chain(full.iter()).collect();
        let named = refused.iter().all(|no| sent.contains(no.grant));
        // A box confirms no less than was delivered, or it has not taken it.
        let older = |held: &Held| self.expected.get(held.grant).is_some_and(|grant| held.stamp < grant.stamp);
        if answered != *sent || !named || accepted.iter().any(older) {
            return Err(VisitError::Unexpected);
        }
        // What is delivered again is confirmed again: the last word counts.
        self.report.confirmed.retain(|held| !sent.contains(held.grant));
        self.report.refused.retain(|no| !sent.contains(no.grant));
        self.report.confirmed.extend(accepted);
        self.report.refused.extend(refused);
        for grant in full.iter() {
            self.expected.remove(grant);
        }
        Ok(())
    }

    /// Decides what comes next.
    fn advance(&mut self, now: Instant) -> Step {
        loop {
            match self.phase {
                Phase::EventsBefore | Phase::EventsAfter => {
                    if self.target.is_none_or(|target| self.cursor < target) {
                        let request = Request::ReadEvents { from: self.cursor, at_most: EVENTS_A_MESSAGE };
                        return Step::Send(self.message(Waiting::Events, &request));
                    }
                    if self.first_held < self.cursor {
                        let request = Request::Acknowledge { through: self.cursor - 1 };
                        return Step::Send(self.message(Waiting::Acknowledged, &request));
                    }
                    if self.phase == Phase::EventsAfter {
                        return Step::Done(Box::new(self.report.clone()));
                    }
                    self.phase = Phase::Clock;
                }
                Phase::Clock => {
                    self.phase = Phase::Bins;
                    let off = self.report.clock_offset_ms.unsigned_abs();
                    if self.set_clock.is_some_and(|most| off > most.into()) {
                        self.acted = true;
                        return Step::Send(self.message(Waiting::ClockSet, &Request::SetClock { to: now }));
                    }
                }
                Phase::Bins => match self.bins.pop_front() {
                    Some((bin, enabled)) => {
                        self.acted = true;
                        let request = Request::SetBin { bin, enabled };
                        return Step::Send(self.message(Waiting::BinSet(bin, enabled), &request));
                    }
                    None => self.phase = Phase::Grants,
                },
                Phase::Grants => {
                    if !self.grants.is_empty() || !self.notices.is_empty() {
                        return Step::Send(self.delivery());
                    }
                    let agrees = self
                        .digest
                        .is_some_and(|(digest_there, at)| digest_there == digest(self.expected.values(), at));
                    self.report.digest_agrees = Some(agrees);
                    if !agrees && !self.again.is_empty() {
                        self.grants = std::mem::take(&mut self.again).into();
                        continue;
                    }
                    self.phase = Phase::EventsAfter;
                    if self.acted {
                        self.target = None;
                    }
                }
            }
        }
    }

    fn delivery(&mut self) -> Vec<u8> {
        self.acted = true;
        let mut sent = Set::default();
        let mut grants = Vec::new();
        for grant in self.grants.drain(..self.grants.len().min(BATCH)) {
            sent.insert(grant.id);
            grants.push(grant);
        }
        let notices: Vec<KeyNotice> = self.notices.drain(..self.notices.len().min(BATCH)).collect();
        self.message(Waiting::Delivered(sent, notices.len()), &Request::Deliver { grants, notices })
    }

    fn message(&mut self, waiting: Waiting, request: &Request) -> Vec<u8> {
        self.exchange += 1;
        self.waiting = waiting;
        write_request(self.exchange, request)
    }
}

#[cfg(test)]
mod tests;
