//! A visit to a box, the app's side of it, as an interpreter without I/O (`PROTOCOL.md`, "A visit").
//!
//! `start`, then `exchange` for every answer and `stored` for every batch of events, until `Done`. A visit may be dropped
//! at any moment: what was confirmed counts, what was stored is stored, and the next visit does the rest.

use std::collections::VecDeque;

use super::envelope::{self, EnvelopeError, OpeningKey, Purpose, SealingKey, Signature, Signed, ToSign, VerifyingKey};
use super::grants::digest;
use super::pairing::BoxKeys;
use super::protocol::contents::{Answer, Batch, Challenge, Command, Content, EventReport, Order, Receipt, read, write};
use super::protocol::messages::{
    Envelope, Failure, Greeting, ReadError, Request, Response, read_response, write_request,
};
use super::protocol::{
    BARRED, BATCH, Barred, BinReport, Digest, EVENTS_A_MESSAGE, EventRun, Fault, Grant, GrantId, Held, Hindered,
    Hindrance, KeyNotice, LoggedEvent, VERSIONS, Versions,
};
use super::reading::{Read, Reading};
use crate::collections::{Set, Table};
use crate::domain::{DeviceId, Instant, SerialNumber};

/// Who visits, for which organization.
#[derive(Clone, Debug)]
pub struct Author {
    /// This device.
    pub device: DeviceId,
    /// What it signs with.
    pub key: VerifyingKey,
    /// What the organization says of it.
    pub credential: Vec<u8>,
    /// What opens what boxes seal to the organization.
    pub organization: OpeningKey,
}

/// What a visit is to do.
#[derive(Clone, Debug)]
pub struct VisitPlan {
    /// The box that is meant.
    pub serial: SerialNumber,
    /// Its keys.
    pub keys: BoxKeys,
    /// Who visits it.
    pub by: Author,
    /// The number of the first batch: higher than any before.
    pub number: u64,
    /// What the answers to commands are sealed to: 32 random bytes, for this visit.
    pub answers: [u8; 32],
    /// The grants that it has not confirmed with these stamps.
    pub grants: Vec<Grant>,
    /// The grants that it has: they are delivered again only if the digests differ.
    pub confirmed: Vec<Grant>,
    /// The grants that it was never known to have and need not have: they are delivered only if the digests differ, for it may have
    /// heard of one in a visit that nobody knows the end of.
    pub doubtful: Vec<Grant>,
    /// What it should know of keys that are not in it.
    pub notices: Vec<KeyNotice>,
    /// The devices that it should let in no more, and has not said that it does not.
    pub barred: Vec<Barred>,
    /// What is to be done besides, in this order.
    pub commands: Vec<Command>,
    /// The number of the first event that is not stored yet; 1 for a box that was never read.
    pub read_from: u64,
    /// The chain up to the event before that, if it is known.
    pub chain: Option<Digest>,
    /// Set the box's clock if it is off by more than so many milliseconds; `None` leaves it.
    pub set_clock: Option<u32>,
}

/// What a visit wants of its host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Send this, and give the answer to [`Visit::exchange`].
    Send(Vec<u8>),
    /// Sign this with the device's key, and give the signature to [`Visit::signed`].
    Sign(ToSign),
    /// Make these durable, with the number after the last one and the chain up to it, and then call [`Visit::stored`].
    Store(Vec<LoggedEvent>, Digest),
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
    /// The grants of a batch that was sent and not answered: the box may have them, or not.
    pub unanswered: Vec<GrantId>,
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
    /// The box's log is not the one that was read before: it ends before the number to read from, or what it says came before
    /// is not what was read. Where the numbers are those of other events, nothing is read; a manager has the log begun anew.
    pub log_restarted: bool,
    /// The devices that the box says it lets in no more.
    pub barred: Vec<Barred>,
    /// How many milliseconds the box's clock was ahead (behind, when negative), before it was set.
    pub clock_offset_ms: i64,
    /// Whether the clock was set.
    pub clock_set: bool,
    /// The commands that the box says it has carried out, in order; without those for its status.
    pub carried_out: Vec<Command>,
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
    /// What came in the box's name is not from it.
    #[error("{0}")]
    Envelope(EnvelopeError),
    /// The host called out of turn, or after the end.
    #[error("the visit was waiting for something else")]
    OutOfTurn,
}

/// What a box has answered to an exchange.
///
/// # Errors
/// When the bytes are no answer to it, or say that the box did nothing.
pub(super) fn answer_to(expected: u32, reply: &[u8]) -> Result<Response, VisitError> {
    let (exchange, response) = read_response(reply).map_err(|error| match error {
        ReadError::Malformed { fault, .. } => VisitError::Malformed(fault),
        ReadError::Unsupported { kind, .. } => VisitError::Unsupported(kind),
        ReadError::Version(versions) => VisitError::Version(versions),
    })?;
    match response {
        // A box that could read nothing at all answers as to exchange 0.
        Response::Failed(failure) if exchange == 0 || exchange == expected => Err(VisitError::Failed(failure)),
        _ if exchange != expected => Err(VisitError::OutOfStep { expected, got: exchange }),
        response => Ok(response),
    }
}

/// What the visit waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Waiting {
    Hello,
    /// For the host to sign an order, or a batch.
    SignedOrder(ToSign),
    SignedBatch(ToSign, Sent),
    Done(Command, Challenge),
    Events,
    /// For the host to store events up to, not including, this number, with the chain up to there.
    Stored(u64, Digest),
    Delivered(Sent),
    Nothing,
}

/// What a batch held.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Sent {
    number: u64,
    grants: Set<GrantId>,
    notices: usize,
    stored: u64,
    barred: Vec<Barred>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Commands,
    /// Events that were there when the visit began, and those that its commands made.
    EventsBefore,
    Grants,
    /// Events that the delivery made.
    EventsAfter,
}

/// One visit.
#[derive(Clone, Debug)]
pub struct Visit {
    exchange: u32,
    waiting: Waiting,
    phase: Phase,
    serial: SerialNumber,
    keys: BoxKeys,
    by: Author,
    number: u64,
    answers: OpeningKey,
    challenge: Challenge,
    command: Option<(Command, Challenge)>,
    set_clock: Option<u32>,
    commands: VecDeque<Command>,
    /// What is to be delivered.
    grants: VecDeque<Grant>,
    notices: VecDeque<KeyNotice>,
    barred: Vec<Barred>,
    /// To be delivered again if the digests differ; emptied when that has been done.
    again: Vec<Grant>,
    /// What the box should hold after the visit.
    expected: Table<GrantId, Grant>,
    /// How far its log is stored.
    log: Reading,
    /// Read up to, not including, this number; `None` until the box says.
    target: Option<u64>,
    /// The first event that the box holds, as far as it told.
    first_held: u64,
    /// The box's last word on its grants.
    digest: Option<(Digest, Instant)>,
    report: VisitReport,
}

impl Visit {
    /// Begins a visit: the first message to send.
    pub fn start(plan: VisitPlan) -> (Self, Vec<u8>) {
        let mut expected: Table<GrantId, Grant> = Table::default();
        plan.confirmed.iter().chain(&plan.grants).for_each(|grant| expect(&mut expected, grant));
        // One grant may be planned twice, in two writings: the newest says it all.
        let planned: Set<GrantId> = plan.grants.iter().map(|grant| grant.id).collect();
        let grants = planned.iter().filter_map(|id| expected.get(id).cloned()).collect();
        let mut visit = Self {
            exchange: 0,
            waiting: Waiting::Nothing,
            phase: Phase::Commands,
            serial: plan.serial,
            keys: plan.keys,
            by: plan.by,
            number: plan.number,
            answers: OpeningKey::from_bytes(plan.answers),
            challenge: Challenge([0; 16]),
            command: None,
            set_clock: plan.set_clock,
            commands: plan.commands.into(),
            grants,
            notices: plan.notices.into(),
            barred: plan.barred,
            again: plan.confirmed.into_iter().chain(plan.doubtful).collect(),
            expected,
            log: Reading::from(plan.read_from, plan.chain),
            target: None,
            first_held: 1,
            digest: None,
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
        if !matches!(waiting, Waiting::Hello | Waiting::Done(..) | Waiting::Events | Waiting::Delivered(_)) {
            self.waiting = waiting;
            return Err(VisitError::OutOfTurn);
        }
        match (waiting, answer_to(self.exchange, reply)?) {
            (Waiting::Hello, Response::Hello(greeting)) => self.hello(greeting, now)?,
            (Waiting::Done(command, challenge), Response::Done { envelope }) => {
                let answer: Answer = self.content(Purpose::Answer, &self.answers, &envelope)?;
                if answer.to != challenge {
                    return Err(VisitError::Unexpected);
                }
                self.done(command, answer, now)?;
                if command == Command::Reset {
                    // It is nobody's now, and answers nothing more.
                    return Ok(Step::Done(Box::new(self.report.clone())));
                }
            }
            (Waiting::Events, Response::Events { envelope, .. }) => {
                let report: EventReport = self.content(Purpose::Events, &self.by.organization, &envelope)?;
                if let Some(step) = self.events(report)? {
                    return Ok(step);
                }
            }
            (Waiting::Delivered(sent), Response::Delivered { envelope }) => {
                let receipt: Receipt = self.content(Purpose::Receipt, &self.by.organization, &envelope)?;
                self.delivered(&sent, receipt)?;
            }
            _ => return Err(VisitError::Unexpected),
        }
        self.advance(now)
    }

    /// Takes the signature that the host made. `random` is for this once.
    ///
    /// # Errors
    /// When nothing was to be signed, or nothing can be sealed to the box.
    pub fn signed(&mut self, signature: &Signature, random: [u8; 32]) -> Result<Step, VisitError> {
        let seal = |purpose, to_sign: ToSign, to: &SealingKey| {
            envelope::seal(purpose, to, &to_sign.signed(signature), random).map(Envelope).map_err(VisitError::Envelope)
        };
        let to = self.keys.sealing;
        let (waiting, request) = match std::mem::replace(&mut self.waiting, Waiting::Nothing) {
            Waiting::SignedOrder(to_sign) => {
                let (command, challenge) = self.command.take().ok_or(VisitError::OutOfTurn)?;
                let envelope = seal(Purpose::Command, to_sign, &to)?;
                (Waiting::Done(command, challenge), Request::Command { envelope })
            }
            Waiting::SignedBatch(to_sign, sent) => {
                self.report.unanswered = sent.grants.iter().collect();
                let envelope = seal(Purpose::Grants, to_sign, &to)?;
                (Waiting::Delivered(sent), Request::Deliver { envelope })
            }
            waiting => {
                self.waiting = waiting;
                return Err(VisitError::OutOfTurn);
            }
        };
        Ok(Step::Send(self.message(waiting, &request)))
    }

    /// Says that the events of the last [`Step::Store`] are durable.
    ///
    /// # Errors
    /// When no events were given to be stored.
    pub fn stored(&mut self, now: Instant) -> Result<Step, VisitError> {
        let Waiting::Stored(through, chain) = self.waiting else { return Err(VisitError::OutOfTurn) };
        self.waiting = Waiting::Nothing;
        self.report.events += through - self.log.cursor();
        self.log.read(through, chain);
        self.advance(now)
    }

    /// What the box has sealed to a key of ours, if it was this box.
    fn content<C: Content>(&self, purpose: Purpose, with: &OpeningKey, sealed: &Envelope) -> Result<C, VisitError> {
        open_from(&self.keys, purpose, with, &sealed.0)
    }

    fn hello(&mut self, greeting: Greeting, now: Instant) -> Result<(), VisitError> {
        if greeting.serial != self.serial {
            return Err(VisitError::WrongBox { expected: self.serial.clone(), got: greeting.serial });
        }
        if !greeting.paired {
            return Err(VisitError::Failed(Failure::NotPaired));
        }
        self.challenge = greeting.challenge;
        let off = greeting.clock.ms().saturating_sub(now.ms());
        self.commands.push_front(if self.is_off(off) { Command::SetClock { to: now } } else { Command::Status });
        Ok(())
    }

    fn is_off(&self, by_ms: i64) -> bool {
        self.set_clock.is_some_and(|most| by_ms.unsigned_abs() > most.into())
    }

    fn done(&mut self, command: Command, answer: Answer, now: Instant) -> Result<(), VisitError> {
        let status = answer.status;
        if self.report.bins.is_empty() {
            // The greeting is anybody's word: how far the clock is off, the first signed answer says.
            let off = match (command, answer.was) {
                (Command::SetClock { to }, Some(was)) => was.ms().saturating_sub(to.ms()),
                _ => status.clock.ms().saturating_sub(now.ms()),
            };
            self.report.clock_offset_ms = off;
            if command == Command::Status && self.is_off(off) {
                self.commands.push_front(Command::SetClock { to: now });
            }
        }
        if status.serial != self.serial {
            return Err(VisitError::WrongBox { expected: self.serial.clone(), got: status.serial });
        }
        if let Command::SetBin { bin, enabled } = command
            && !status.bins.iter().any(|report| report.bin == bin && report.enabled == enabled)
        {
            return Err(VisitError::Unexpected);
        }
        self.report.clock_set |= matches!(command, Command::SetClock { .. });
        self.report.carried_out.extend(command.act().map(|_| command));
        self.report.bins = status.bins;
        self.challenge = answer.challenge;
        self.digest = Some((status.digest, status.clock));
        self.first_held = status.first_held;
        self.target = Some(status.next);
        self.log.note_lost(status.lost_runs);
        if status.next < self.log.cursor() {
            self.log.restarted = true;
        } else {
            self.log.skip_to(status.first_held);
        }
        self.report_log();
        Ok(())
    }

    /// The report says what is known of the log.
    fn report_log(&mut self) {
        self.report.lost.clone_from(&self.log.lost);
        self.report.elsewhere.clone_from(&self.log.elsewhere);
        self.report.log_restarted = self.log.restarted;
    }

    fn events(&mut self, report: EventReport) -> Result<Option<Step>, VisitError> {
        let EventReport { events, first_held, next, .. } = &report;
        let (first_held, next) = (*first_held, *next);
        let target = *self.target.get_or_insert(next);
        // They are what was asked for: from the number on, or from the first that there is.
        let from = self.log.cursor().max(first_held);
        let asked = events.iter().map(|event| event.number).eq((from..next).take(events.len()));
        if next < target || first_held < self.first_held || !asked || (events.is_empty() && from < target) {
            return Err(VisitError::Unexpected);
        }
        self.first_held = first_held;
        let read = self.log.take(report);
        self.report_log();
        if self.log.restarted {
            self.target = Some(self.log.cursor());
        }
        let Read::Events(events, chain) = read else { return Ok(None) };
        let through = events.last().map_or(from, |last| last.number + 1);
        self.waiting = Waiting::Stored(through, chain);
        Ok(Some(Step::Store(events, chain)))
    }

    fn delivered(&mut self, sent: &Sent, receipt: Receipt) -> Result<(), VisitError> {
        let Receipt { author, number, accepted, refused, clock, digest, first_held, barred, .. } = receipt;
        let full: Set<GrantId> =
            refused.iter().filter(|no| matches!(no.by, Hindrance::Full { .. })).map(|no| no.grant).collect();
        let answered: Set<GrantId> = accepted.iter().map(|held| held.grant).chain(full.iter()).collect();
        let named = refused.iter().all(|no| sent.grants.contains(no.grant));
        // A box confirms no less than was delivered, or it has not taken it.
        let older = |held: &Held| self.expected.get(held.grant).is_some_and(|grant| held.stamp < grant.stamp);
        if (author, number) != (self.by.device, sent.number)
            || answered != sent.grants
            || !named
            || first_held <= sent.stored
            || accepted.iter().any(older)
        {
            return Err(VisitError::Unexpected);
        }
        self.report.unanswered.clear();
        // What is delivered again is confirmed again: the last word counts.
        self.report.confirmed.retain(|held| !sent.grants.contains(held.grant));
        self.report.refused.retain(|no| !sent.grants.contains(no.grant));
        self.report.confirmed.extend(accepted);
        self.report.refused.extend(refused);
        self.report.notices += sent.notices;
        self.report.barred = barred;
        for grant in full.iter() {
            self.expected.remove(grant);
        }
        self.first_held = first_held;
        self.digest = Some((digest, clock));
        Ok(())
    }

    /// Decides what comes next.
    fn advance(&mut self, now: Instant) -> Result<Step, VisitError> {
        loop {
            match self.phase {
                Phase::Commands => match self.commands.pop_front() {
                    Some(Command::SetClock { .. }) => return Ok(self.order(Command::SetClock { to: now })),
                    Some(command) => return Ok(self.order(command)),
                    None => self.phase = Phase::EventsBefore,
                },
                Phase::EventsBefore | Phase::EventsAfter => {
                    if self.target.is_none_or(|target| self.log.cursor() < target) {
                        let request = Request::ReadEvents { from: self.log.cursor(), at_most: EVENTS_A_MESSAGE };
                        return Ok(Step::Send(self.message(Waiting::Events, &request)));
                    }
                    if self.phase == Phase::EventsBefore {
                        self.phase = Phase::Grants;
                    } else if self.is_owed_word() {
                        return Ok(self.batch());
                    } else {
                        return Ok(Step::Done(Box::new(self.report.clone())));
                    }
                }
                Phase::Grants => {
                    if !self.grants.is_empty() || !self.notices.is_empty() || !self.barred.is_empty() {
                        // What it wrote into its log is read at the end.
                        if !self.log.restarted {
                            self.target = None;
                        }
                        return Ok(self.batch());
                    }
                    let agrees = self
                        .digest
                        .is_some_and(|(digest_there, at)| digest_there == digest(self.expected.values(), at));
                    self.report.digest_agrees = Some(agrees);
                    if !agrees && !self.again.is_empty() {
                        self.again.iter().for_each(|grant| expect(&mut self.expected, grant));
                        self.grants = std::mem::take(&mut self.again).into();
                        continue;
                    }
                    self.phase = Phase::EventsAfter;
                }
            }
        }
    }

    /// Whether the box still holds what is stored.
    const fn is_owed_word(&self) -> bool {
        !self.log.restarted && self.first_held < self.log.cursor() && self.log.chain().is_some()
    }

    fn order(&mut self, command: Command) -> Step {
        let order = Order { challenge: self.challenge, answer_to: self.answers.sealing(), command };
        self.command = Some((command, self.challenge));
        let to_sign = self.to_sign(Purpose::Command, &order);
        self.waiting = Waiting::SignedOrder(to_sign.clone());
        Step::Sign(to_sign)
    }

    fn batch(&mut self) -> Step {
        let grants: Vec<Grant> = self.grants.drain(..self.grants.len().min(BATCH)).collect();
        let notices: Vec<KeyNotice> = self.notices.drain(..self.notices.len().min(BATCH)).collect();
        let barred: Vec<Barred> = self.barred.drain(..self.barred.len().min(BARRED)).collect();
        let stored = if self.is_owed_word() { self.log.cursor() - 1 } else { 0 };
        let sent = Sent {
            number: self.number,
            grants: grants.iter().map(|grant| grant.id).collect(),
            notices: notices.len(),
            stored,
            barred: barred.clone(),
        };
        let chain = self.log.chain().filter(|_| stored > 0);
        let batch = Batch { number: self.number, grants, notices, stored, chain, barred };
        let to_sign = self.to_sign(Purpose::Grants, &batch);
        self.number += 1;
        self.waiting = Waiting::SignedBatch(to_sign.clone(), sent);
        Step::Sign(to_sign)
    }

    fn to_sign(&self, purpose: Purpose, content: &impl Content) -> ToSign {
        let credential = Some(self.by.credential.clone());
        ToSign::new(purpose, &self.by.key, Some(&self.keys.sealing), credential, write(content))
    }

    fn message(&mut self, waiting: Waiting, request: &Request) -> Vec<u8> {
        self.exchange += 1;
        self.waiting = waiting;
        write_request(self.exchange, request)
    }
}

/// Of two writings of a grant, the newest is expected.
fn expect(expected: &mut Table<GrantId, Grant>, grant: &Grant) {
    let newest = expected.get_or_insert_with(grant.id, || grant.clone());
    if *grant > *newest {
        *newest = grant.clone();
    }
}

/// What a box has sealed to a key, if it was this box.
///
/// # Errors
/// When it was not, or was changed on the way.
pub fn open_from<C: Content>(
    keys: &BoxKeys,
    purpose: Purpose,
    with: &OpeningKey,
    sealed: &[u8],
) -> Result<C, VisitError> {
    let opened = envelope::open(purpose, with, sealed).map_err(VisitError::Envelope)?;
    let signed = Signed::read(&opened).map_err(VisitError::Envelope)?;
    let content = signed.content(purpose, &keys.verifying, Some(&with.sealing())).map_err(VisitError::Envelope)?;
    read(&content).map_err(VisitError::Malformed)
}

#[cfg(test)]
mod tests;
