//! A courier's visit to a box, as an interpreter without I/O (`PROTOCOL.md`, "A courier's visit").
//!
//! A courier brings envelopes that it can't open, and takes back others. With a credential of its own it also sets the clock and
//! gives orders; without one it only carries. `start`, then `exchange` for every answer, `signed` and `kept`, until `Done`.

use std::collections::VecDeque;

use super::envelope::{self, OpeningKey, Purpose, Signature, ToSign, VerifyingKey};
use super::link::Link;
use super::pairing::BoxKeys;
use super::protocol::contents::{Answer, Challenge, Command, Order, write};
use super::protocol::messages::{Envelope, Failure, Greeting, Request, Response, write_request};
use super::protocol::{BinReport, EVENTS_A_MESSAGE, VERSIONS};
use super::visit::{VisitError, answer_to, open_from};
use super::{Doing, Why};
use crate::domain::{Instant, SerialNumber};

/// What a courier's device shows to a box.
#[derive(Clone, Debug)]
pub struct Orderer {
    /// What it signs with.
    pub key: VerifyingKey,
    /// What the organization says of it.
    pub credential: Vec<u8>,
}

/// What a courier's visit is to do.
#[derive(Clone, Debug)]
pub struct ErrandPlan {
    /// The box that is meant.
    pub serial: SerialNumber,
    /// Its keys.
    pub keys: BoxKeys,
    /// Who gives orders; nobody, for one who only carries.
    pub by: Option<Orderer>,
    /// What the answers to orders are sealed to: 32 random bytes, for this visit.
    pub answers: [u8; 32],
    /// Batches to deliver, in order.
    pub envelopes: Vec<Envelope>,
    /// What is to be done besides, in this order.
    pub commands: Vec<Command>,
    /// The number of the first event to read.
    pub read_from: u64,
    /// Set the box's clock if it is off by more than so many milliseconds; `None` leaves it.
    pub set_clock: Option<u32>,
}

/// What a courier takes from a box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Collected {
    /// Nothing yet: the box was there, and has done what it was ordered.
    Nothing,
    /// Events.
    Report {
        /// Signed by the box, sealed to the organization.
        envelope: Envelope,
        /// The number after the last of them, as the box says for anyone to hear.
        through: u64,
    },
    /// The answer to a batch.
    Receipt {
        /// Signed by the box, sealed to the organization.
        envelope: Envelope,
        /// The batch.
        of: Envelope,
    },
}

/// What a courier's visit wants of its host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ErrandStep {
    /// Send this, and give the answer to [`Errand::exchange`].
    Send(Vec<u8>),
    /// Sign this with the device's key, and give the signature to [`Errand::signed`].
    Sign(ToSign),
    /// Keep this durably, and then call [`Errand::kept`].
    Keep(Collected),
    /// It is over.
    Done,
}

/// What a courier's visit has done so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ErrandReport {
    /// How many batches were delivered.
    pub delivered: usize,
    /// Why others were not: the box's word, which nobody has signed.
    pub refused: Vec<Failure>,
    /// How many events were taken along.
    pub events: u64,
    /// How many milliseconds the box's clock was ahead (behind, when negative), before it was set.
    pub clock_offset_ms: i64,
    /// Whether the clock was set.
    pub clock_set: bool,
    /// The box's bins, where it answered an order.
    pub bins: Vec<BinReport>,
    /// Whether the box answered.
    pub met: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Waiting {
    Hello,
    Signed(ToSign, Command),
    Done(Command),
    Events,
    Delivered(Envelope),
    /// For the host to keep something.
    Kept,
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Orders,
    EventsBefore,
    Batches,
    EventsAfter,
}

/// One visit of a courier.
#[derive(Clone, Debug)]
pub struct Errand {
    plan: ErrandPlan,
    exchange: u32,
    waiting: Waiting,
    phase: Phase,
    answers: OpeningKey,
    challenge: Challenge,
    orders: VecDeque<Command>,
    envelopes: VecDeque<Envelope>,
    cursor: u64,
    next: Option<u64>,
    report: ErrandReport,
}

impl Errand {
    /// Begins: the first message to send.
    pub fn start(plan: ErrandPlan) -> (Self, Vec<u8>) {
        let mut errand = Self {
            exchange: 0,
            waiting: Waiting::Nothing,
            phase: Phase::Orders,
            answers: OpeningKey::from_bytes(plan.answers),
            challenge: Challenge([0; 16]),
            orders: plan.commands.iter().copied().collect(),
            envelopes: plan.envelopes.iter().cloned().collect(),
            cursor: plan.read_from.max(1),
            next: None,
            report: ErrandReport::default(),
            plan,
        };
        let hello = errand.message(Waiting::Hello, &Request::Hello { versions: VERSIONS });
        (errand, hello)
    }

    /// What has been done so far. It holds whatever becomes of the visit.
    pub const fn report(&self) -> &ErrandReport {
        &self.report
    }

    /// Takes the box's answer to the last message.
    ///
    /// # Errors
    /// When it is no answer, or not the one that was asked for. The visit is then over.
    pub fn exchange(&mut self, reply: &[u8], now: Instant) -> Result<ErrandStep, VisitError> {
        let waiting = std::mem::replace(&mut self.waiting, Waiting::Nothing);
        match (waiting, answer_to(self.exchange, reply)) {
            (Waiting::Hello, answer) => match answer? {
                Response::Hello(greeting) => self.hello(greeting, now),
                _ => Err(VisitError::Unexpected),
            },
            (Waiting::Done(command), answer) => match answer? {
                Response::Done { envelope } => {
                    self.done(command, &envelope, now)?;
                    self.advance(now)
                }
                _ => Err(VisitError::Unexpected),
            },
            (Waiting::Events, answer) => match answer? {
                Response::Events { envelope, through, next } => Ok(self.events(envelope, through, next, now)?),
                _ => Err(VisitError::Unexpected),
            },
            (Waiting::Delivered(of), Ok(Response::Delivered { envelope })) => {
                self.report.delivered += 1;
                Ok(self.keep(Collected::Receipt { envelope, of }))
            }
            // One batch that is refused says nothing of the next.
            (Waiting::Delivered(_), Err(VisitError::Failed(failure))) => {
                self.report.refused.push(failure);
                self.advance(now)
            }
            (Waiting::Delivered(_), answer) => Err(answer.err().unwrap_or(VisitError::Unexpected)),
            (waiting, _) => {
                self.waiting = waiting;
                Err(VisitError::OutOfTurn)
            }
        }
    }

    /// Takes the signature that the host made. `random` is for this once.
    ///
    /// # Errors
    /// When nothing was to be signed, or nothing can be sealed to the box.
    pub fn signed(&mut self, signature: &Signature, random: [u8; 32]) -> Result<ErrandStep, VisitError> {
        match std::mem::replace(&mut self.waiting, Waiting::Nothing) {
            Waiting::Signed(to_sign, command) => {
                let signed = to_sign.signed(signature);
                let sealed = envelope::seal(Purpose::Command, &self.plan.keys.sealing, &signed, random);
                let envelope = Envelope(sealed.map_err(VisitError::Envelope)?);
                Ok(ErrandStep::Send(self.message(Waiting::Done(command), &Request::Command { envelope })))
            }
            waiting => {
                self.waiting = waiting;
                Err(VisitError::OutOfTurn)
            }
        }
    }

    /// Says that what was to be kept is durable.
    ///
    /// # Errors
    /// When nothing was to be kept.
    pub fn kept(&mut self, now: Instant) -> Result<ErrandStep, VisitError> {
        if self.waiting != Waiting::Kept {
            return Err(VisitError::OutOfTurn);
        }
        self.waiting = Waiting::Nothing;
        self.advance(now)
    }

    fn hello(&mut self, greeting: Greeting, now: Instant) -> Result<ErrandStep, VisitError> {
        if greeting.serial != self.plan.serial {
            return Err(VisitError::WrongBox { expected: self.plan.serial.clone(), got: greeting.serial });
        }
        if !greeting.paired {
            return Err(VisitError::Failed(Failure::NotPaired));
        }
        self.challenge = greeting.challenge;
        self.report.met = true;
        self.report.clock_offset_ms = greeting.clock.ms().saturating_sub(now.ms());
        // What the box no longer holds, or never had, is not asked for: the organization sees what became of it.
        if self.cursor < greeting.first_held || self.cursor > greeting.next {
            self.cursor = greeting.first_held;
        }
        if self.plan.by.is_some() {
            let off = self.is_off();
            self.orders.push_front(if off { Command::SetClock { to: now } } else { Command::Status });
        } else {
            self.orders.clear();
        }
        self.advance(now)
    }

    fn is_off(&self) -> bool {
        self.plan.set_clock.is_some_and(|most| self.report.clock_offset_ms.unsigned_abs() > most.into())
    }

    fn done(&mut self, command: Command, sealed: &Envelope, now: Instant) -> Result<(), VisitError> {
        let answer: Answer = open_from(&self.plan.keys, Purpose::Answer, &self.answers, &sealed.0)?;
        if answer.to != self.challenge {
            return Err(VisitError::Unexpected);
        }
        if answer.status.serial != self.plan.serial {
            return Err(VisitError::WrongBox { expected: self.plan.serial.clone(), got: answer.status.serial });
        }
        if self.report.bins.is_empty() {
            // The greeting is anybody's word: how far the clock is off, the first signed answer says.
            let off = match (command, answer.was) {
                (Command::SetClock { to }, Some(was)) => was.ms().saturating_sub(to.ms()),
                _ => answer.status.clock.ms().saturating_sub(now.ms()),
            };
            self.report.clock_offset_ms = off;
            if command == Command::Status && self.is_off() {
                self.orders.push_front(Command::SetClock { to: now });
            }
        }
        self.report.clock_set |= matches!(command, Command::SetClock { .. });
        self.report.bins = answer.status.bins;
        self.challenge = answer.challenge;
        Ok(())
    }

    fn events(&mut self, envelope: Envelope, through: u64, next: u64, now: Instant) -> Result<ErrandStep, VisitError> {
        self.next = Some(next);
        if through <= self.cursor {
            // It says that there are more, and gives none.
            return if self.cursor < next { Err(VisitError::Unexpected) } else { self.advance(now) };
        }
        self.report.events += through - self.cursor;
        self.cursor = through;
        Ok(self.keep(Collected::Report { envelope, through }))
    }

    fn keep(&mut self, collected: Collected) -> ErrandStep {
        self.waiting = Waiting::Kept;
        ErrandStep::Keep(collected)
    }

    /// Decides what comes next.
    fn advance(&mut self, now: Instant) -> Result<ErrandStep, VisitError> {
        loop {
            match self.phase {
                Phase::Orders => match (self.orders.pop_front(), self.plan.by.clone()) {
                    (Some(command), Some(by)) => {
                        let command = if let Command::SetClock { .. } = command {
                            Command::SetClock { to: now }
                        } else {
                            command
                        };
                        let order = Order { challenge: self.challenge, answer_to: self.answers.sealing(), command };
                        let to = Some(&self.plan.keys.sealing);
                        let to_sign = ToSign::new(Purpose::Command, &by.key, to, Some(by.credential), write(&order));
                        self.waiting = Waiting::Signed(to_sign.clone(), command);
                        return Ok(ErrandStep::Sign(to_sign));
                    }
                    _ => {
                        self.phase = Phase::EventsBefore;
                        return Ok(self.keep(Collected::Nothing));
                    }
                },
                Phase::EventsBefore | Phase::EventsAfter => {
                    if self.next.is_none_or(|next| self.cursor < next) {
                        let request = Request::ReadEvents { from: self.cursor, at_most: EVENTS_A_MESSAGE };
                        return Ok(ErrandStep::Send(self.message(Waiting::Events, &request)));
                    }
                    if self.phase == Phase::EventsAfter {
                        return Ok(ErrandStep::Done);
                    }
                    self.phase = Phase::Batches;
                }
                Phase::Batches => match self.envelopes.pop_front() {
                    Some(envelope) => {
                        // What it wrote into its log is taken along at the end.
                        self.next = None;
                        let request = Request::Deliver { envelope: envelope.clone() };
                        return Ok(ErrandStep::Send(self.message(Waiting::Delivered(envelope), &request)));
                    }
                    None => self.phase = Phase::EventsAfter,
                },
            }
        }
    }

    fn message(&mut self, waiting: Waiting, request: &Request) -> Vec<u8> {
        self.exchange += 1;
        self.waiting = waiting;
        write_request(self.exchange, request)
    }
}

/// What a host does for a courier's visit.
pub trait Carrier {
    /// The time.
    fn now(&self) -> Instant;

    /// 32 random bytes; nothing when there are none.
    fn random(&mut self) -> Option<[u8; 32]>;

    /// Signs with the device's key; nothing when that is out of reach.
    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature>;

    /// Keeps durably what was collected, and how far the box's clock was off; nothing when it could not be kept.
    fn keep(&mut self, collected: Collected, clock_offset_ms: i64) -> Doing<'_, ()>;

    /// Sees what has been done, before every step.
    fn watch(&mut self, report: &ErrandReport) {
        let _ = report;
    }
}

/// Carries a courier's visit over a link from its start to its end.
///
/// # Errors
/// When the link, the box or the host breaks it off, with what was done until then.
pub async fn run(
    plan: ErrandPlan,
    link: &mut dyn Link,
    host: &mut dyn Carrier,
) -> Result<ErrandReport, (ErrandReport, Why)> {
    let (mut errand, first) = Errand::start(plan);
    let mut step = ErrandStep::Send(first);
    loop {
        host.watch(errand.report());
        let next = match step {
            ErrandStep::Send(bytes) => match link.exchange(bytes).await {
                Ok(reply) => errand.exchange(&reply, host.now()).map_err(Why::Visit),
                Err(error) => Err(Why::Link(error)),
            },
            ErrandStep::Sign(what) => match (host.sign(&what).await, host.random()) {
                (Some(signature), Some(random)) => errand.signed(&signature, random).map_err(Why::Visit),
                _ => Err(Why::Host),
            },
            ErrandStep::Keep(collected) => match host.keep(collected, errand.report.clock_offset_ms).await {
                Some(()) => errand.kept(host.now()).map_err(Why::Visit),
                None => Err(Why::Host),
            },
            ErrandStep::Done => return Ok(errand.report),
        };
        step = next.map_err(|why| (errand.report.clone(), why))?;
    }
}
