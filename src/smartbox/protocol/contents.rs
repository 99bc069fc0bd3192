//! What stands in the envelopes: read only after their signature was checked, and written by whoever signs them.

use super::{
    BARRED, BATCH, Barred, Digest, EVENTS_A_MESSAGE, EventRun, Fault, Grant, Held, Hindered, KeyNotice, LOST_RUNS,
    LoggedEvent, Status, check_grant, check_logged, check_moment, check_numbers, check_run, check_status, within,
};
use crate::domain::cbor::{self, Cbor, Reader, newtype, record, variants};
use crate::domain::{BinNumber, DeviceId, Instant, SerialNumber};
use crate::smartbox::envelope::{Act, SealingKey, VerifyingKey};

/// What an envelope holds: a record with bounds of its own.
pub trait Content: Cbor {
    /// What is out of range, after it had the right shape.
    ///
    /// # Errors
    /// With the first fault.
    fn check(&self) -> Result<(), Fault>;
}

/// Reads a content to its last byte.
///
/// # Errors
/// When the bytes are none.
pub fn read<C: Content>(bytes: &[u8]) -> Result<C, Fault> {
    let mut from = Reader::new(bytes);
    let content = C::decode(&mut from).map_err(|_| Fault::Shape)?;
    if from.left() > 0 {
        return Err(Fault::Trailing);
    }
    content.check()?;
    Ok(content)
}

/// The bytes of a content.
pub fn write<C: Content>(content: &C) -> Vec<u8> {
    cbor::to_vec(content)
}

/// What a box demands to find in a command: random, new whenever it says hello and after every command that it carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Challenge(pub [u8; 16]);
newtype!(Challenge([u8; 16]));

/// What one device has to say to one box: grants, where keys are, what was read, whom to let in no more. Any courier may bring
/// it, in any order, and more than once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Its number among the batches of its author for this box: higher than all before. A batch holds all that its author does
    /// not know the box to have, so the highest number stands for all below it.
    pub number: u64,
    /// Grants, in any order. At most [`BATCH`].
    pub grants: Vec<Grant>,
    /// Where keys are that a refusal may be asked for. At most [`BATCH`].
    pub notices: Vec<KeyNotice>,
    /// Events up to this number are stored durably: the box may forget them. 0 for none.
    pub stored: u64,
    /// The chain up to that number: who does not know it has not stored them.
    pub chain: Option<Digest>,
    /// Devices that are revoked. At most [`BARRED`]; only a manager's device may name any.
    pub barred: Vec<Barred>,
}
record!(Batch { number, grants, notices, stored, chain, barred });

impl Content for Batch {
    fn check(&self) -> Result<(), Fault> {
        within(
            self.grants.len() <= BATCH && self.notices.len() <= BATCH && self.barred.len() <= BARRED,
            Fault::TooMany,
        )?;
        self.grants.iter().try_for_each(check_grant)
    }
}

/// What a box says of a batch that it merged, for the organization.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// Whose batch.
    pub author: DeviceId,
    /// Which.
    pub number: u64,
    /// The highest number that the box has of this author.
    pub highest: u64,
    /// What the box now goes by, for each delivered grant that it took or that it knew better.
    pub accepted: Vec<Held>,
    /// Which delivered grants do not open. Those whose code is taken stand among the accepted too.
    pub refused: Vec<Hindered>,
    /// What the box's clock shows.
    pub clock: Instant,
    /// The digest of its grants at `clock`.
    pub digest: Digest,
    /// The number of the first event the box still holds.
    pub first_held: u64,
    /// Which devices it lets in no more.
    pub barred: Vec<Barred>,
}
record!(Receipt { author, number, highest, accepted, refused, clock, digest, first_held, barred });

impl Content for Receipt {
    fn check(&self) -> Result<(), Fault> {
        let few = self.accepted.len() <= BATCH && self.refused.len() <= BATCH && self.barred.len() <= BARRED;
        within(few, Fault::TooMany)?;
        within(self.first_held >= 1, Fault::Range)?;
        check_moment(self.clock)
    }
}

/// Events of a box, for the organization: consecutive, each chained to the one before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventReport {
    /// The chain up to the event before the first of these.
    pub before: Digest,
    /// Consecutive, from the asked number or the first one held.
    pub events: Vec<LoggedEvent>,
    /// The number of the first event the box still holds.
    pub first_held: u64,
    /// The number that the next event will have.
    pub next: u64,
    /// How many events were overwritten before they were acknowledged, in the box's life.
    pub lost: u64,
    /// Which ones: the latest runs of them, in order.
    pub lost_runs: Vec<EventRun>,
}
record!(EventReport { before, events, first_held, next, lost, lost_runs });

impl Content for EventReport {
    fn check(&self) -> Result<(), Fault> {
        let few = self.events.len() <= EVENTS_A_MESSAGE.into() && self.lost_runs.len() <= LOST_RUNS;
        within(few, Fault::TooMany)?;
        self.lost_runs.iter().try_for_each(check_run)?;
        check_numbers(self.first_held, self.next)?;
        self.events.iter().try_for_each(check_logged)
    }
}

/// What a device wants done at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Say how things are.
    Status,
    /// Set the clock.
    SetClock {
        /// What it shall show.
        to: Instant,
    },
    /// Put a bin into or out of service.
    SetBin {
        /// Which bin.
        bin: BinNumber,
        /// Whether it serves.
        enabled: bool,
    },
    /// Open a bin.
    OpenBin {
        /// Which bin.
        bin: BinNumber,
    },
    /// Begin the log anew. Events that are held are lost.
    BeginLog {
        /// With this number, or with the box's next one if that is higher.
        from: u64,
    },
    /// Forget the organization and everything of it. Only while the service button was pressed a moment ago.
    Reset,
}
variants!(Command {
    0 => Status,
    1 => SetClock { to },
    2 => SetBin { bin, enabled },
    3 => OpenBin { bin },
    4 => BeginLog { from },
    5 => Reset,
});

impl Command {
    /// What a device must be allowed to do; nothing where every device of the organization may.
    pub const fn act(&self) -> Option<Act> {
        match self {
            Self::Status => None,
            Self::SetClock { .. } => Some(Act::SetClock),
            Self::SetBin { .. } => Some(Act::SetBin),
            Self::OpenBin { .. } => Some(Act::OpenBin),
            Self::BeginLog { .. } => Some(Act::BeginLog),
            Self::Reset => Some(Act::Reset),
        }
    }
}

/// The highest number that a log may be begun with: there are as many again before numbers end.
pub const LAST_NUMBER: u64 = 1 << 53;

/// A command, for once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// What the box demands.
    pub challenge: Challenge,
    /// The key to seal the answer to.
    pub answer_to: SealingKey,
    /// What is to be done.
    pub command: Command,
}
record!(Order { challenge, answer_to, command });

impl Content for Order {
    fn check(&self) -> Result<(), Fault> {
        match self.command {
            Command::SetClock { to } => check_moment(to),
            Command::BeginLog { from } => within((1..=LAST_NUMBER).contains(&from), Fault::Range),
            _ => Ok(()),
        }
    }
}

/// What a box says when it has carried a command out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The challenge that the command met.
    pub to: Challenge,
    /// What the next command must hold.
    pub challenge: Challenge,
    /// What the clock showed before it was set, if it was.
    pub was: Option<Instant>,
    /// How things are now.
    pub status: Status,
}
record!(Answer { to, challenge, was, status });

impl Content for Answer {
    fn check(&self) -> Result<(), Fault> {
        self.was.map_or(Ok(()), check_moment)?;
        check_status(&self.status)
    }
}

/// How a box proves that it has the label's secret, and names its keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// What the app drew, so that no offer is shown twice.
    pub drawn: [u8; 32],
    /// What the box drew.
    pub challenge: [u8; 32],
    /// Which box.
    pub serial: SerialNumber,
    /// What it signs with.
    pub verifying: VerifyingKey,
    /// What is sealed to it.
    pub sealing: SealingKey,
    /// How many bins it has.
    pub bins: BinNumber,
}
record!(Offer { drawn, challenge, serial, verifying, sealing, bins });

impl Content for Offer {
    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Whose box it shall be, from somebody with the label's secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// What the box drew.
    pub challenge: [u8; 32],
    /// What the organization signs with.
    pub verifying: VerifyingKey,
    /// What is sealed to the organization.
    pub sealing: SealingKey,
    /// What the clock shall show.
    pub clock: Instant,
}
record!(Terms { challenge, verifying, sealing, clock });

impl Content for Terms {
    fn check(&self) -> Result<(), Fault> {
        check_moment(self.clock)
    }
}

/// What a box signs when it is an organization's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paired {
    /// What the app drew.
    pub drawn: [u8; 32],
    /// Whose it is now.
    pub verifying: VerifyingKey,
    /// What it seals to.
    pub sealing: SealingKey,
    /// How things are.
    pub status: Status,
}
record!(Paired { drawn, verifying, sealing, status });

impl Content for Paired {
    fn check(&self) -> Result<(), Fault> {
        check_status(&self.status)
    }
}
