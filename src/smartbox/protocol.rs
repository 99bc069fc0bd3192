//! What app and box say to each other, as typed records and as bytes (`PROTOCOL.md`).
//!
//! - here: what both speak of. Grants, events, the status of a box.
//! - [`messages`]: what crosses a link, for anyone to see. The app asks, the box answers: one request, one response.
//! - [`contents`]: what stands in the envelopes within them.

pub mod contents;
pub mod messages;

use std::fmt;

use crate::domain::cbor::{choices, newtype, record, variants};
use crate::domain::{BinNumber, BookingCode, DeviceId, FactId, Instant, KeyId, Name, SerialNumber, Stamp};

/// The one version that is spoken so far. Version 0 is kept for [`messages::ReadError::Version`].
pub const VERSION: u8 = 1;
/// The longest message, in bytes, either way.
pub const MESSAGE_BYTES: usize = 65_536;
/// The most grants, and the most notices, in one [`contents::Batch`].
pub const BATCH: usize = 100;
/// The most devices that one [`contents::Batch`] bars, and that a box keeps out.
pub const BARRED: usize = 256;
/// The most events in one [`contents::EventReport`].
pub const EVENTS_A_MESSAGE: u16 = 100;
/// How many grants a box holds.
pub const GRANT_CAPACITY: u16 = 1_000;
/// How many events a box's log holds.
pub const LOG_CAPACITY: u16 = 4_096;
/// How many runs of lost events a box can name; of older ones it keeps the count alone.
pub const LOST_RUNS: usize = 8;
/// The last moment that a message may name: the end of the year 9999, UTC.
pub const LAST_INSTANT: Instant = Instant::from_ms(253_402_300_799_999);

/// What a grant is named by: the fact that made its booking, or its alias code.
pub type GrantId = FactId;

/// What a box is told about one booking or alias code. Of two for one id, the one with the higher stamp holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Grant {
    /// Which grant.
    pub id: GrantId,
    /// When it was last written.
    pub stamp: Stamp,
    /// The key it opens for.
    pub key: KeyId,
    /// The code a visitor types.
    pub code: BookingCode,
    /// The first moment of pick-up.
    pub from: Instant,
    /// The moment from which there is no more pick-up; an ongoing access has none.
    pub until: Option<Instant>,
    /// Whether its code is to be accepted.
    pub state: GrantState,
}
record!(Grant { id, stamp, key, code, from, until, state });

impl Grant {
    /// Whether its window is over at a moment: the end itself is already outside.
    pub fn has_ended(&self, at: Instant) -> bool {
        self.until.is_some_and(|until| until <= at)
    }

    /// Whether its code opens a bin at a moment, were its key there.
    pub fn is_open(&self, at: Instant) -> bool {
        self.state == GrantState::Live && self.from <= at && !self.has_ended(at)
    }

    /// Whether its code can never open a bin again from a moment on, unless it is written anew.
    pub fn is_dead(&self, at: Instant) -> bool {
        self.state == GrantState::Revoked || self.has_ended(at)
    }
}

/// Whether a grant's code is to be accepted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GrantState {
    /// It is, within the window.
    Live,
    /// It is not any more.
    Revoked,
    /// It is an alias code without a booking: `key`, `from` and `until` mean nothing.
    Unlinked,
}
choices!(GrantState { 0 => Live, 1 => Revoked, 2 => Unlinked });

/// What the app last knew of a key, so that a box can say where it is. Of two for one key, the higher stamp holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct KeyNotice {
    /// Which key.
    pub key: KeyId,
    /// When it was last written.
    pub stamp: Stamp,
    /// Where it was.
    pub place: KeyPlace,
}
record!(KeyNotice { key, stamp, place });

/// Where a key is, as far as a box can tell a visitor.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum KeyPlace {
    /// In another box.
    InBox {
        /// What that box is called.
        name: Name,
    },
    /// A visitor has it.
    WithVisitor,
    /// Nobody knows.
    Unknown,
}
variants!(KeyPlace { 0 => InBox { name }, 1 => WithVisitor, 2 => Unknown });

/// Why a box did not open (rule 11 of the design). Moments are read off the box's own clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Pick-up has not begun.
    TooEarly {
        /// When it begins.
        from: Instant,
    },
    /// Pick-up is over.
    Ended {
        /// When it ended.
        at: Instant,
    },
    /// The booking was revoked.
    Revoked,
    /// An alias code that has no booking.
    NotLinkedYet,
    /// The key is not in this box.
    KeyElsewhere {
        /// Where it is, if the box was ever told or saw it go.
        place: Option<KeyPlace>,
    },
    /// The key's bin is out of service.
    BinDisabled {
        /// Which bin.
        bin: BinNumber,
    },
    /// No grant has this code.
    Unknown,
    /// No grant has this code, and its check digit is wrong.
    Mistyped,
    /// The keypad is locked after too many wrong codes; the code was not looked at.
    LockedOut {
        /// Until when.
        until: Instant,
    },
    /// A key was to be dropped off and no enabled bin is empty.
    NoFreeBin {
        /// Which key.
        key: KeyId,
    },
}
variants!(Refusal {
    0 => TooEarly { from },
    1 => Ended { at },
    2 => Revoked,
    3 => NotLinkedYet,
    4 => KeyElsewhere { place },
    5 => BinDisabled { bin },
    6 => Unknown,
    7 => Mistyped,
    8 => LockedOut { until },
    9 => NoFreeBin { key },
});

/// Something that happened at a box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// The box got power.
    Started,
    /// Its clock was set.
    ClockSet {
        /// What it showed.
        from: Instant,
        /// What it shows since.
        to: Instant,
    },
    /// A delivery changed grants.
    GrantsMerged {
        /// How many.
        count: u16,
    },
    /// A key was taken by a grant's right.
    PickUp {
        /// By which grant.
        grant: GrantId,
        /// Which key.
        key: KeyId,
        /// From which bin.
        bin: BinNumber,
    },
    /// A key was put into a bin.
    DropOff {
        /// Which key: the one that the bin reads, whichever was presented before.
        key: KeyId,
        /// Into which bin.
        bin: BinNumber,
    },
    /// The box did not open. Codes refused while it was locked out are not logged one by one.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The grant whose code was typed, if there is one.
        grant: Option<GrantId>,
    },
    /// The keypad locked itself.
    LockedOut {
        /// Until when.
        until: Instant,
    },
    /// A bin went into service.
    BinEnabled {
        /// Which bin.
        bin: BinNumber,
    },
    /// A bin went out of service.
    BinDisabled {
        /// Which bin.
        bin: BinNumber,
    },
    /// A bin was opened for a pick-up, and closed with the key still in it.
    OpenedAndNothingTaken {
        /// For which grant.
        grant: GrantId,
        /// Which bin.
        bin: BinNumber,
    },
    /// A bin was opened for a drop-off, and closed empty.
    OpenedAndNothingReturned {
        /// The key that was presented.
        key: KeyId,
        /// Which bin.
        bin: BinNumber,
    },
    /// A key left a bin with no grant to take it.
    KeyTakenByHand {
        /// From which bin.
        bin: BinNumber,
        /// Which key.
        key: KeyId,
    },
    /// A key came into a bin that the box had not opened.
    KeyPutByHand {
        /// Into which bin.
        bin: BinNumber,
        /// Which key.
        key: KeyId,
    },
    /// Two live grants have one code and windows that overlap: the code opens for `by` while both are open.
    CodeTaken {
        /// The grant whose code does not open.
        grant: GrantId,
        /// The grant that it opens for.
        by: GrantId,
    },
    /// The box was paired with an organization.
    Paired,
    /// A device of the organization had a bin opened.
    OpenedByCommand {
        /// Which bin.
        bin: BinNumber,
        /// Which device.
        by: DeviceId,
    },
    /// The log began anew, with this event, because a manager wanted it. Events that were held until then are lost.
    LogBegun {
        /// The number that would have been next.
        instead_of: u64,
    },
    /// Somebody pressed the service button inside the box.
    ServicePressed,
}
variants!(Event {
    0 => Started,
    1 => ClockSet { from, to },
    2 => GrantsMerged { count },
    3 => PickUp { grant, key, bin },
    4 => DropOff { key, bin },
    5 => Refused { refusal, grant },
    6 => LockedOut { until },
    7 => BinEnabled { bin },
    8 => BinDisabled { bin },
    9 => OpenedAndNothingTaken { grant, bin },
    10 => OpenedAndNothingReturned { key, bin },
    11 => KeyTakenByHand { bin, key },
    12 => KeyPutByHand { bin, key },
    13 => CodeTaken { grant, by },
    14 => Paired,
    15 => OpenedByCommand { bin, by },
    16 => LogBegun { instead_of },
    17 => ServicePressed,
});

/// One entry of a box's log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoggedEvent {
    /// Its number, from 1 for the box's life.
    pub number: u64,
    /// When it happened, by the box's clock.
    pub at: Instant,
    /// What happened.
    pub event: Event,
}
record!(LoggedEvent { number, at, event });

/// A run of events' numbers, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventRun {
    /// The first.
    pub first: u64,
    /// The last, not lower than the first.
    pub last: u64,
}
record!(EventRun { first, last });

impl EventRun {
    /// How many numbers it covers.
    pub const fn count(self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }
}

/// Which versions of the protocol a side speaks, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Versions {
    /// The lowest.
    pub low: u8,
    /// The highest.
    pub high: u8,
}
record!(Versions { low, high });

/// What this code speaks.
pub const VERSIONS: Versions = Versions { low: VERSION, high: VERSION };

/// A SHA-256: over the grants that a box accepts codes for ([`digest`](super::grants::digest)), or over a log up to an event
/// ([`chained`](super::log::chained)).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);
newtype!(Digest([u8; 32]));

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:02x}{:02x}{:02x}{:02x}…)", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// One bin, as a box reports it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BinReport {
    /// Which bin.
    pub bin: BinNumber,
    /// Whether it serves.
    pub enabled: bool,
    /// The key in it.
    pub holding: Option<KeyId>,
    /// Whether its door is open.
    pub open: bool,
}
record!(BinReport { bin, enabled, holding, open });

/// A device that is revoked. Of two for one device, the higher stamp holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Barred {
    /// Which device.
    pub device: DeviceId,
    /// When it was revoked.
    pub stamp: Stamp,
}
record!(Barred { device, stamp });

/// How things are at a box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// Which box this is.
    pub serial: SerialNumber,
    /// What it speaks.
    pub versions: Versions,
    /// Its bins, by number.
    pub bins: Vec<BinReport>,
    /// What its clock shows.
    pub clock: Instant,
    /// The number of the first event it still holds; `next` when it holds none.
    pub first_held: u64,
    /// The number that the next event will have.
    pub next: u64,
    /// How many events were overwritten before they were acknowledged, in the box's life.
    pub lost: u64,
    /// Which ones: the latest [`LOST_RUNS`] runs of them, in order.
    pub lost_runs: Vec<EventRun>,
    /// How many grants it holds.
    pub grants: u16,
    /// How many it can hold.
    pub capacity: u16,
    /// The digest of its grants at `clock`.
    pub digest: Digest,
}
record!(Status { serial, versions, bins, clock, first_held, next, lost, lost_runs, grants, capacity, digest });

/// A grant that a box has, and how new it is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// Which grant.
    pub grant: GrantId,
    /// The stamp that the box now goes by: the delivered one, or a higher one it had before.
    pub stamp: Stamp,
}
record!(Held { grant, stamp });

/// A delivered grant that does not do what it should.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hindered {
    /// Which grant.
    pub grant: GrantId,
    /// Why.
    pub by: Hindrance,
}
record!(Hindered { grant, by });

/// Why a delivered grant does not do what it should.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hindrance {
    /// There is no room: the box did not take it.
    Full {
        /// How many live grants it holds.
        capacity: u16,
    },
    /// The box holds it, but while both are open its code opens for another grant.
    CodeTaken {
        /// For which.
        by: GrantId,
    },
}
variants!(Hindrance { 0 => Full { capacity }, 1 => CodeTaken { by } });

/// What is wrong with bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// More than [`MESSAGE_BYTES`].
    #[error("it is longer than {MESSAGE_BYTES} bytes")]
    TooLong,
    /// Not the CBOR that was expected.
    #[error("it is not the CBOR that was expected")]
    Shape,
    /// Bytes after the end.
    #[error("there are bytes after its end")]
    Trailing,
    /// A value outside of its range.
    #[error("a value is out of range")]
    Range,
    /// More items than one message may have.
    #[error("it holds too many items")]
    TooMany,
}
choices!(Fault {
    0 => TooLong,
    1 => Shape,
    2 => Trailing,
    3 => Range,
    4 => TooMany,
});

fn within(fits: bool, fault: Fault) -> Result<(), Fault> {
    if fits { Ok(()) } else { Err(fault) }
}

fn check_moment(at: Instant) -> Result<(), Fault> {
    within(at >= Instant::default() && at <= LAST_INSTANT, Fault::Range)
}

fn check_status(status: &Status) -> Result<(), Fault> {
    within(status.bins.len() <= BinNumber::MOST.into(), Fault::TooMany)?;
    within(status.lost_runs.len() <= LOST_RUNS, Fault::TooMany)?;
    status.lost_runs.iter().try_for_each(check_run)?;
    check_numbers(status.first_held, status.next)?;
    check_moment(status.clock)
}

pub(super) fn check_run(run: &EventRun) -> Result<(), Fault> {
    within(run.first >= 1 && run.first <= run.last, Fault::Range)
}

/// The numbers of a log: it starts at 1 and holds no more than it can.
fn check_numbers(first_held: u64, next: u64) -> Result<(), Fault> {
    within(
        first_held >= 1 && next.checked_sub(first_held).is_some_and(|held| held <= LOG_CAPACITY.into()),
        Fault::Range,
    )
}

fn check_refusal(refusal: &Refusal) -> Result<(), Fault> {
    match refusal {
        Refusal::TooEarly { from: at } | Refusal::Ended { at } | Refusal::LockedOut { until: at } => check_moment(*at),
        Refusal::Revoked
        | Refusal::NotLinkedYet
        | Refusal::KeyElsewhere { .. }
        | Refusal::BinDisabled { .. }
        | Refusal::Unknown
        | Refusal::Mistyped
        | Refusal::NoFreeBin { .. } => Ok(()),
    }
}

pub(super) fn check_logged(logged: &LoggedEvent) -> Result<(), Fault> {
    check_moment(logged.at).and(check_event(&logged.event))
}

pub(super) fn check_grant(grant: &Grant) -> Result<(), Fault> {
    check_moment(grant.from)?;
    grant.until.map_or(Ok(()), check_moment)
}

fn check_event(event: &Event) -> Result<(), Fault> {
    match event {
        Event::ClockSet { from, to } => check_moment(*from).and(check_moment(*to)),
        Event::Refused { refusal: why, .. } => check_refusal(why),
        Event::LockedOut { until } => check_moment(*until),
        Event::Started
        | Event::GrantsMerged { .. }
        | Event::PickUp { .. }
        | Event::DropOff { .. }
        | Event::BinEnabled { .. }
        | Event::BinDisabled { .. }
        | Event::OpenedAndNothingTaken { .. }
        | Event::OpenedAndNothingReturned { .. }
        | Event::KeyTakenByHand { .. }
        | Event::KeyPutByHand { .. }
        | Event::CodeTaken { .. }
        | Event::Paired
        | Event::OpenedByCommand { .. }
        | Event::LogBegun { .. }
        | Event::ServicePressed => Ok(()),
    }
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
