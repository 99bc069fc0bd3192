//! What app and box say to each other, as typed records and as bytes (`PROTOCOL.md`, "Messages").
//!
//! The app asks, the box answers: one request, one response. The bytes made here are what an envelope will seal, so
//! nothing below this module looks inside them, and nothing above it sees bytes.

use std::fmt;

use crate::domain::cbor::{self, Cbor, Reader, choices, newtype, record, variants, write_array};
use crate::domain::{BinNumber, BookingCode, FactId, Instant, KeyId, Name, SerialNumber, Stamp};

/// The one version that is spoken so far. Version 0 is kept for [`ReadError::Version`].
pub const VERSION: u8 = 1;
/// The longest message, in bytes, either way.
pub const MESSAGE_BYTES: usize = 65_536;
/// The most grants, and the most notices, in one [`Request::Deliver`].
pub const BATCH: usize = 100;
/// The most events in one [`Response::Events`].
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

/// SHA-256 over the grants that a box accepts codes for; see [`digest`](super::grants::digest).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);
newtype!(Digest([u8; 32]));

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:02x}{:02x}{:02x}{:02x}…)", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// What the app asks of a box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Who are you, and how are things?
    Hello {
        /// What the app speaks.
        versions: Versions,
    },
    /// Merge these. At most [`BATCH`] of each.
    Deliver {
        /// Grants, in any order.
        grants: Vec<Grant>,
        /// Where keys are that a refusal may be asked for.
        notices: Vec<KeyNotice>,
    },
    /// Give me events.
    ReadEvents {
        /// From this number on.
        from: u64,
        /// 1 or more; a box sends [`EVENTS_A_MESSAGE`] at most.
        at_most: u16,
    },
    /// These events are stored durably: the box may forget them.
    Acknowledge {
        /// The highest number stored; every lower one is, too, or is lost.
        through: u64,
    },
    /// Set your clock.
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
}
variants!(Request {
    0 => Hello { versions },
    1 => Deliver { grants, notices },
    2 => ReadEvents { from, at_most },
    3 => Acknowledge { through },
    4 => SetClock { to },
    5 => SetBin { bin, enabled },
});

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

/// What a box answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Response {
    /// To [`Request::Hello`].
    Hello(Status),
    /// To [`Request::Deliver`], when everything that was taken is in the box's own durable state.
    Delivered {
        /// What the box now goes by, for each delivered grant that it took or that it knew better.
        accepted: Vec<Held>,
        /// Which delivered grants do not open. [`Hindrance::CodeTaken`] ones stand among the accepted too.
        refused: Vec<Hindered>,
        /// What the box's clock shows.
        clock: Instant,
        /// The digest of its grants at `clock`.
        digest: Digest,
    },
    /// To [`Request::ReadEvents`].
    Events {
        /// Consecutive, from the asked number or the first one held.
        events: Vec<LoggedEvent>,
        /// The number of the first event the box still holds.
        first_held: u64,
        /// The number that the next event will have.
        next: u64,
    },
    /// To [`Request::Acknowledge`].
    Acknowledged {
        /// The number of the first event the box still holds.
        first_held: u64,
    },
    /// To [`Request::SetClock`].
    ClockSet {
        /// What the clock showed.
        from: Instant,
        /// What it shows.
        to: Instant,
    },
    /// To [`Request::SetBin`].
    BinSet {
        /// Which bin.
        bin: BinNumber,
        /// Whether it serves.
        enabled: bool,
    },
    /// To whatever could not be done. Nothing has changed.
    Failed(Failure),
}
variants!(Response {
    0 => Hello(status),
    1 => Delivered { accepted, refused, clock, digest },
    2 => Events { events, first_held, next },
    3 => Acknowledged { first_held },
    4 => ClockSet { from, to },
    5 => BinSet { bin, enabled },
    6 => Failed(failure),
});

/// Why a box did nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    /// The request could not be read.
    #[error("the message could not be read: {0}")]
    Malformed(Fault),
    /// The request is of a kind that this version does not have.
    #[error("the box knows no request {kind}")]
    Unsupported {
        /// Its kind, as it was numbered.
        kind: u32,
    },
    /// The box has no such bin.
    #[error("the box has no bin {bin}")]
    NoSuchBin {
        /// The bin that was asked for.
        bin: u8,
    },
}
variants!(Failure { 0 => Malformed(fault), 1 => Unsupported { kind }, 2 => NoSuchBin { bin } });

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

/// Why bytes are no message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes are no message.
    #[error("the message could not be read: {fault}")]
    Malformed {
        /// The exchange it belongs to, 0 when even that could not be read.
        exchange: u32,
        /// What is wrong.
        fault: Fault,
    },
    /// Its kind is not known.
    #[error("a message of unknown kind {kind}")]
    Unsupported {
        /// The exchange it belongs to.
        exchange: u32,
        /// Its kind, as it was numbered.
        kind: u32,
    },
    /// It is of another version, or says that the other side speaks only other versions.
    #[error("the other side speaks versions {} to {}", .0.low, .0.high)]
    Version(Versions),
}

/// A message that has a number of kinds and values with ranges.
trait Message: Cbor {
    /// How many kinds there are.
    const KINDS: u32;

    /// What is out of range, after a message had the right shape.
    fn check(&self) -> Result<(), Fault>;
}

/// The bytes of a request: `[version, exchange, request]`.
///
/// `exchange` counts the exchanges of a visit from 1; the response repeats it.
pub fn write_request(exchange: u32, request: &Request) -> Vec<u8> {
    write(exchange, request)
}

/// Reads a request.
///
/// # Errors
/// When the bytes are none, or of a version or a kind that is not known here.
pub fn read_request(bytes: &[u8]) -> Result<(u32, Request), ReadError> {
    read(bytes)
}

/// The bytes of a response: `[version, exchange, response]`.
pub fn write_response(exchange: u32, response: &Response) -> Vec<u8> {
    write(exchange, response)
}

/// Reads a response.
///
/// # Errors
/// When the bytes are none, or of a version or a kind that is not known here.
pub fn read_response(bytes: &[u8]) -> Result<(u32, Response), ReadError> {
    read(bytes)
}

/// The answer to a message of a version that is not spoken: `[0, [low, high]]`, the same in every version to come.
pub fn write_versions() -> Vec<u8> {
    cbor::to_vec(&(0u8, VERSIONS))
}

fn write(exchange: u32, message: &impl Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_array(&mut bytes, 3);
    VERSION.encode(&mut bytes);
    exchange.encode(&mut bytes);
    message.encode(&mut bytes);
    bytes
}

fn read<M: Message>(bytes: &[u8]) -> Result<(u32, M), ReadError> {
    let malformed = |exchange, fault| ReadError::Malformed { exchange, fault };
    if bytes.len() > MESSAGE_BYTES {
        return Err(malformed(0, Fault::TooLong));
    }
    let mut from = Reader::new(bytes);
    let shape = |_| malformed(0, Fault::Shape);
    let length = from.array().map_err(shape)?;
    match u8::decode(&mut from).map_err(shape)? {
        VERSION => {}
        0 => return Err(Versions::decode(&mut from).map_or_else(shape, ReadError::Version)),
        other => return Err(ReadError::Version(Versions { low: other, high: other })),
    }
    if length != Some(3) {
        return Err(malformed(0, Fault::Shape));
    }
    let exchange = u32::decode(&mut from).map_err(shape)?;
    let shape = |_| malformed(exchange, Fault::Shape);
    // Every kind of message is written as `[kind, …]`; one that is not known is told apart from one that is garbled.
    let mut ahead = from.clone();
    ahead.array().map_err(shape)?;
    let kind = u32::decode(&mut ahead).map_err(shape)?;
    if kind >= M::KINDS {
        return Err(ReadError::Unsupported { exchange, kind });
    }
    let message = M::decode(&mut from).map_err(shape)?;
    if from.left() > 0 {
        return Err(malformed(exchange, Fault::Trailing));
    }
    message.check().map_err(|fault| malformed(exchange, fault))?;
    Ok((exchange, message))
}

fn within(fits: bool, fault: Fault) -> Result<(), Fault> {
    if fits { Ok(()) } else { Err(fault) }
}

fn check_moment(at: Instant) -> Result<(), Fault> {
    within(at >= Instant::default() && at <= LAST_INSTANT, Fault::Range)
}

fn check_run(run: &EventRun) -> Result<(), Fault> {
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
        | Event::CodeTaken { .. } => Ok(()),
    }
}

impl Message for Request {
    const KINDS: u32 = 6;

    fn check(&self) -> Result<(), Fault> {
        match self {
            Self::Hello { versions } => within(versions.low >= 1 && versions.low <= versions.high, Fault::Range),
            Self::Deliver { grants, notices } => {
                within(grants.len() <= BATCH && notices.len() <= BATCH, Fault::TooMany)?;
                for grant in grants {
                    check_moment(grant.from)?;
                    grant.until.map_or(Ok(()), check_moment)?;
                }
                Ok(())
            }
            Self::ReadEvents { from, at_most } => within(*from >= 1 && *at_most >= 1, Fault::Range),
            Self::Acknowledge { .. } | Self::SetBin { .. } => Ok(()),
            Self::SetClock { to } => check_moment(*to),
        }
    }
}

impl Message for Response {
    const KINDS: u32 = 7;

    fn check(&self) -> Result<(), Fault> {
        match self {
            Self::Hello(status) => {
                within(status.bins.len() <= BinNumber::MOST.into(), Fault::TooMany)?;
                within(status.lost_runs.len() <= LOST_RUNS, Fault::TooMany)?;
                status.lost_runs.iter().try_for_each(check_run)?;
                check_numbers(status.first_held, status.next)?;
                check_moment(status.clock)
            }
            Self::Delivered { accepted, refused, clock, .. } => {
                within(accepted.len() <= BATCH && refused.len() <= BATCH, Fault::TooMany)?;
                check_moment(*clock)
            }
            Self::Events { events, first_held, next } => {
                within(events.len() <= EVENTS_A_MESSAGE.into(), Fault::TooMany)?;
                check_numbers(*first_held, *next)?;
                events.iter().try_for_each(|logged| check_moment(logged.at).and(check_event(&logged.event)))
            }
            Self::Acknowledged { first_held } => within(*first_held >= 1, Fault::Range),
            Self::ClockSet { from, to } => check_moment(*from).and(check_moment(*to)),
            Self::BinSet { .. } | Self::Failed(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
