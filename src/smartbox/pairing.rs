//! Pairing, the app's side of it, as an interpreter without I/O (`PROTOCOL.md`, "Pairing").
//!
//! Both sides prove that they have the label's secret, and tell each other their keys; from then on the keys are what counts.

use super::envelope::{self, OrganizationKeys, Purpose, SealingKey, Signed, VerifyingKey, check_mac};
use super::label::Label;
use super::protocol::contents::{Offer, Paired, Terms, read, write};
use super::protocol::messages::{Denial, Envelope, Failure, Greeting, Request, Response, write_request};
use super::protocol::{Status, VERSIONS};
use super::visit::{VisitError, answer_to};
use crate::domain::cbor::record;
use crate::domain::{BinNumber, Instant, SerialNumber};

/// What a pairing is to do.
#[derive(Clone, Debug)]
pub struct PairingPlan {
    /// The box's label.
    pub label: Label,
    /// The organization's keys.
    pub organization: OrganizationKeys,
    /// Random, for this once.
    pub drawn: [u8; 32],
}

/// A box's own keys: what it says is believed when they say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BoxKeys {
    /// What it signs with.
    pub verifying: VerifyingKey,
    /// What is sealed to it.
    pub sealing: SealingKey,
}
record!(BoxKeys { verifying, sealing });

/// What a box has proved to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offered {
    /// Which.
    pub serial: SerialNumber,
    /// How many bins it has.
    pub bins: BinNumber,
    /// Its keys.
    pub keys: BoxKeys,
}

/// What a pairing wants of its host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PairingStep {
    /// Send this, and give the answer to [`Pairing::exchange`].
    Send(Vec<u8>),
    /// Keep durably whose keys these are, and then call [`Pairing::kept`]. What breaks off after that is no harm: either the box is
    /// ours and a visit finds it so, or it is nobody's and is paired again.
    Keep(Offered),
    /// It is over.
    Done(Box<Status>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Waiting {
    Hello,
    Offer,
    Kept,
    Joined,
    Nothing,
}

/// One pairing.
#[derive(Clone, Debug)]
pub struct Pairing {
    plan: PairingPlan,
    exchange: u32,
    waiting: Waiting,
    offer: Option<Offer>,
}

impl Pairing {
    /// Begins a pairing: the first message to send.
    pub fn start(plan: PairingPlan) -> (Self, Vec<u8>) {
        let mut pairing = Self { plan, exchange: 0, waiting: Waiting::Nothing, offer: None };
        let hello = pairing.message(Waiting::Hello, &Request::Hello { versions: VERSIONS });
        (pairing, hello)
    }

    /// Takes the box's answer to the last message.
    ///
    /// # Errors
    /// When it is no answer, not the one that was asked for, or not from a box with this label. The pairing is then over.
    pub fn exchange(&mut self, reply: &[u8]) -> Result<PairingStep, VisitError> {
        let waiting = std::mem::replace(&mut self.waiting, Waiting::Nothing);
        if matches!(waiting, Waiting::Nothing | Waiting::Kept) {
            self.waiting = waiting;
            return Err(VisitError::OutOfTurn);
        }
        match (waiting, answer_to(self.exchange, reply)?) {
            (Waiting::Hello, Response::Hello(greeting)) => self.hello(&greeting),
            (Waiting::Offer, Response::Offer { envelope }) => self.offer(&envelope.0),
            (Waiting::Joined, Response::Joined { envelope }) => self.joined(&envelope.0),
            _ => Err(VisitError::Unexpected),
        }
    }

    fn hello(&mut self, greeting: &Greeting) -> Result<PairingStep, VisitError> {
        if greeting.serial != self.plan.label.serial {
            let expected = self.plan.label.serial.clone();
            return Err(VisitError::WrongBox { expected, got: greeting.serial.clone() });
        }
        // A box that is paired says so to whoever asks to pair it: with a hand on it, it may be paired anew.
        let request = Request::Pair { drawn: self.plan.drawn };
        Ok(PairingStep::Send(self.message(Waiting::Offer, &request)))
    }

    fn offer(&mut self, bytes: &[u8]) -> Result<PairingStep, VisitError> {
        let wrong = VisitError::Failed(Failure::Denied(Denial::WrongSecret));
        let content = check_mac(Purpose::Offer, &self.plan.label.secret.key(), bytes).map_err(|_| wrong)?;
        let offer: Offer = read(&content).map_err(VisitError::Malformed)?;
        if offer.drawn != self.plan.drawn {
            return Err(VisitError::Unexpected);
        }
        if offer.serial != self.plan.label.serial {
            return Err(VisitError::WrongBox { expected: self.plan.label.serial.clone(), got: offer.serial });
        }
        let offered = Offered {
            serial: offer.serial.clone(),
            bins: offer.bins,
            keys: BoxKeys { verifying: offer.verifying, sealing: offer.sealing },
        };
        self.offer = Some(offer);
        self.waiting = Waiting::Kept;
        Ok(PairingStep::Keep(offered))
    }

    /// Says that the keys of [`PairingStep::Keep`] are durable. `random` is for this once.
    ///
    /// # Errors
    /// When no keys were given to be kept, or nothing can be sealed to them.
    pub fn kept(&mut self, now: Instant, random: [u8; 32]) -> Result<PairingStep, VisitError> {
        let Some(offer) = self.offer.as_ref().filter(|_| self.waiting == Waiting::Kept) else {
            return Err(VisitError::OutOfTurn);
        };
        let terms = Terms {
            challenge: offer.challenge,
            verifying: self.plan.organization.verifying,
            sealing: self.plan.organization.sealing,
            clock: now,
        };
        let terms = envelope::mac(Purpose::Terms, &self.plan.label.secret.key(), &write(&terms));
        let envelope = envelope::seal(Purpose::Terms, &offer.sealing, &terms, random).map_err(VisitError::Envelope)?;
        Ok(PairingStep::Send(self.message(Waiting::Joined, &Request::Join { envelope: Envelope(envelope) })))
    }

    fn joined(&self, bytes: &[u8]) -> Result<PairingStep, VisitError> {
        let offer = self.offer.as_ref().ok_or(VisitError::OutOfTurn)?;
        let signed = Signed::read(bytes).map_err(VisitError::Envelope)?;
        let content = signed.content(Purpose::Paired, &offer.verifying, None).map_err(VisitError::Envelope)?;
        let paired: Paired = read(&content).map_err(VisitError::Malformed)?;
        let OrganizationKeys { verifying, sealing } = self.plan.organization;
        if (paired.drawn, paired.verifying, paired.sealing) != (self.plan.drawn, verifying, sealing) {
            return Err(VisitError::Unexpected);
        }
        Ok(PairingStep::Done(Box::new(paired.status)))
    }

    fn message(&mut self, waiting: Waiting, request: &Request) -> Vec<u8> {
        self.exchange += 1;
        self.waiting = waiting;
        write_request(self.exchange, request)
    }
}

#[cfg(test)]
mod tests;
