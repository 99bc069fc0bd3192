//! What app and box say to each other, as typed records and as bytes (`PROTOCOL.md`, "Messages").
//!
//! The app asks, the box answers: one request, one response. The bytes made here are what an envelope will seal, so
//! nothing below this module looks inside them, and nothing above it sees bytes.

use std::fmt;

use minicbor::{Decode, Decoder, Encode};

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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode)]
pub struct Grant {
    /// Which grant.
    #[n(0)]
    pub id: GrantId,
    /// When it was last written.
    #[n(1)]
    pub stamp: Stamp,
    /// The key it opens for.
    #[n(2)]
    pub key: KeyId,
    /// The code a visitor types.
    #[n(3)]
    pub code: BookingCode,
    /// The first moment of pick-up.
    #[n(4)]
    pub from: Instant,
    /// The moment from which there is no more pick-up; an ongoing access has none.
    #[n(5)]
    pub until: Option<Instant>,
    /// Whether its code is to be accepted.
    #[n(6)]
    pub state: GrantState,
}

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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum GrantState {
    /// It is, within the window.
    #[n(0)]
    Live,
    /// It is not any more.
    #[n(1)]
    Revoked,
    /// It is an alias code without a booking: `key`, `from` and `until` mean nothing.
    #[n(2)]
    Unlinked,
}

/// What the app last knew of a key, so that a box can say where it is. Of two for one key, the higher stamp holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode)]
pub struct KeyNotice {
    /// Which key.
    #[n(0)]
    pub key: KeyId,
    /// When it was last written.
    #[n(1)]
    pub stamp: Stamp,
    /// Where it was.
    #[n(2)]
    pub place: KeyPlace,
}

/// Where a key is, as far as a box can tell a visitor.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode)]
pub enum KeyPlace {
    /// In another box.
    #[n(0)]
    InBox {
        /// What that box is called.
        #[n(0)]
        name: Name,
    },
    /// A visitor has it.
    #[n(1)]
    WithVisitor,
    /// Nobody knows.
    #[n(2)]
    Unknown,
}

/// Why a box did not open (rule 11 of the design). Moments are read off the box's own clock.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Refusal {
    /// Pick-up has not begun.
    #[n(0)]
    TooEarly {
        /// When it begins.
        #[n(0)]
        from: Instant,
    },
    /// Pick-up is over.
    #[n(1)]
    Ended {
        /// When it ended.
        #[n(0)]
        at: Instant,
    },
    /// The booking was revoked.
    #[n(2)]
    Revoked,
    /// An alias code that has no booking.
    #[n(3)]
    NotLinkedYet,
    /// The key is not in this box.
    #[n(4)]
    KeyElsewhere {
        /// Where it is, if the box was ever told or saw it go.
        #[n(0)]
        place: Option<KeyPlace>,
    },
    /// The key's bin is out of service.
    #[n(5)]
    BinDisabled {
        /// Which bin.
        #[n(0)]
        bin: BinNumber,
    },
    /// No grant has this code.
    #[n(6)]
    Unknown,
    /// No grant has this code, and its check digit is wrong.
    #[n(7)]
    Mistyped,
    /// The keypad is locked after too many wrong codes; the code was not looked at.
    #[n(8)]
    LockedOut {
        /// Until when.
        #[n(0)]
        until: Instant,
    },
    /// A key was to be dropped off and no enabled bin is empty.
    #[n(9)]
    NoFreeBin {
        /// Which key.
        #[n(0)]
        key: KeyId,
    },
}

/// Something that happened at a box.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Event {
    /// The box got power.
    #[n(0)]
    Started,
    /// Its clock was set.
    #[n(1)]
    ClockSet {
        /// What it showed.
        #[n(0)]
        from: Instant,
        /// What it shows since.
        #[n(1)]
        to: Instant,
    },
    /// A delivery changed grants.
    #[n(2)]
    GrantsMerged {
        /// How many.
        #[n(0)]
        count: u16,
    },
    /// A key was taken by a grant's right.
    #[n(3)]
    PickUp {
        /// By which grant.
        #[n(0)]
        grant: GrantId,
        /// Which key.
        #[n(1)]
        key: KeyId,
        /// From which bin.
        #[n(2)]
        bin: BinNumber,
    },
    /// A key was put into a bin.
    #[n(4)]
    DropOff {
        /// Which key: the one that the bin reads, whichever was presented before.
        #[n(0)]
        key: KeyId,
        /// Into which bin.
        #[n(1)]
        bin: BinNumber,
    },
    /// The box did not open. Codes refused while it was locked out are not logged one by one.
    #[n(5)]
    Refused {
        /// Why.
        #[n(0)]
        refusal: Refusal,
        /// The grant whose code was typed, if there is one.
        #[n(1)]
        grant: Option<GrantId>,
    },
    /// The keypad locked itself.
    #[n(6)]
    LockedOut {
        /// Until when.
        #[n(0)]
        until: Instant,
    },
    /// A bin went into service.
    #[n(7)]
    BinEnabled {
        /// Which bin.
        #[n(0)]
        bin: BinNumber,
    },
    /// A bin went out of service.
    #[n(8)]
    BinDisabled {
        /// Which bin.
        #[n(0)]
        bin: BinNumber,
    },
    /// A bin was opened for a pick-up, and closed with the key still in it.
    #[n(9)]
    OpenedAndNothingTaken {
        /// For which grant.
        #[n(0)]
        grant: GrantId,
        /// Which bin.
        #[n(1)]
        bin: BinNumber,
    },
    /// A bin was opened for a drop-off, and closed empty.
    #[n(10)]
    OpenedAndNothingReturned {
        /// The key that was presented.
        #[n(0)]
        key: KeyId,
        /// Which bin.
        #[n(1)]
        bin: BinNumber,
    },
    /// A key left a bin with no grant to take it.
    #[n(11)]
    KeyTakenByHand {
        /// From which bin.
        #[n(0)]
        bin: BinNumber,
        /// Which key.
        #[n(1)]
        key: KeyId,
    },
    /// A key came into a bin that the box had not opened.
    #[n(12)]
    KeyPutByHand {
        /// Into which bin.
        #[n(0)]
        bin: BinNumber,
        /// Which key.
        #[n(1)]
        key: KeyId,
    },
    /// Two live grants have one code and windows that overlap: the code opens for `by` while both are open.
    #[n(13)]
    CodeTaken {
        /// The grant whose code does not open.
        #[n(0)]
        grant: GrantId,
        /// The grant that it opens for.
        #[n(1)]
        by: GrantId,
    },
}

/// One entry of a box's log.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct LoggedEvent {
    /// Its number, from 1 for the box's life.
    #[n(0)]
    pub number: u64,
    /// When it happened, by the box's clock.
    #[n(1)]
    pub at: Instant,
    /// What happened.
    #[n(2)]
    pub event: Event,
}

/// A run of events' numbers, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct EventRun {
    /// The first.
    #[n(0)]
    pub first: u64,
    /// The last, not lower than the first.
    #[n(1)]
    pub last: u64,
}

impl EventRun {
    /// How many numbers it covers.
    pub const fn count(self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }
}

/// Which versions of the protocol a side speaks, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Versions {
    /// The lowest.
    #[n(0)]
    pub low: u8,
    /// The highest.
    #[n(1)]
    pub high: u8,
}

/// What this code speaks.
pub const VERSIONS: Versions = Versions { low: VERSION, high: VERSION };

/// SHA-256 over the grants that a box accepts codes for; see [`digest`](super::grants::digest).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Digest(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:02x}{:02x}{:02x}{:02x}…)", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// What the app asks of a box.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Request {
    /// Who are you, and how are things?
    #[n(0)]
    Hello {
        /// What the app speaks.
        #[n(0)]
        versions: Versions,
    },
    /// Merge these. At most [`BATCH`] of each.
    #[n(1)]
    Deliver {
        /// Grants, in any order.
        #[n(0)]
        grants: Vec<Grant>,
        /// Where keys are that a refusal may be asked for.
        #[n(1)]
        notices: Vec<KeyNotice>,
    },
    /// Give me events.
    #[n(2)]
    ReadEvents {
        /// From this number on.
        #[n(0)]
        from: u64,
        /// 1 or more; a box sends [`EVENTS_A_MESSAGE`] at most.
        #[n(1)]
        at_most: u16,
    },
    /// These events are stored durably: the box may forget them.
    #[n(3)]
    Acknowledge {
        /// The highest number stored; every lower one is, too, or is lost.
        #[n(0)]
        through: u64,
    },
    /// Set your clock.
    #[n(4)]
    SetClock {
        /// What it shall show.
        #[n(0)]
        to: Instant,
    },
    /// Put a bin into or out of service.
    #[n(5)]
    SetBin {
        /// Which bin.
        #[n(0)]
        bin: BinNumber,
        /// Whether it serves.
        #[n(1)]
        enabled: bool,
    },
}

/// One bin, as a box reports it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct BinReport {
    /// Which bin.
    #[n(0)]
    pub bin: BinNumber,
    /// Whether it serves.
    #[n(1)]
    pub enabled: bool,
    /// The key in it.
    #[n(2)]
    pub holding: Option<KeyId>,
    /// Whether its door is open.
    #[n(3)]
    pub open: bool,
}

/// How things are at a box.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Status {
    /// Which box this is.
    #[n(0)]
    pub serial: SerialNumber,
    /// What it speaks.
    #[n(1)]
    pub versions: Versions,
    /// Its bins, by number.
    #[n(2)]
    pub bins: Vec<BinReport>,
    /// What its clock shows.
    #[n(3)]
    pub clock: Instant,
    /// The number of the first event it still holds; `next` when it holds none.
    #[n(4)]
    pub first_held: u64,
    /// The number that the next event will have.
    #[n(5)]
    pub next: u64,
    /// How many events were overwritten before they were acknowledged, in the box's life.
    #[n(6)]
    pub lost: u64,
    /// Which ones: the latest [`LOST_RUNS`] runs of them, in order.
    #[n(7)]
    pub lost_runs: Vec<EventRun>,
    /// How many grants it holds.
    #[n(8)]
    pub grants: u16,
    /// How many it can hold.
    #[n(9)]
    pub capacity: u16,
    /// The digest of its grants at `clock`.
    #[n(10)]
    pub digest: Digest,
}

/// A grant that a box has, and how new it is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Held {
    /// Which grant.
    #[n(0)]
    pub grant: GrantId,
    /// The stamp that the box now goes by: the delivered one, or a higher one it had before.
    #[n(1)]
    pub stamp: Stamp,
}

/// A delivered grant that does not do what it should.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Hindered {
    /// Which grant.
    #[n(0)]
    pub grant: GrantId,
    /// Why.
    #[n(1)]
    pub by: Hindrance,
}

/// Why a delivered grant does not do what it should.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Hindrance {
    /// There is no room: the box did not take it.
    #[n(0)]
    Full {
        /// How many live grants it holds.
        #[n(0)]
        capacity: u16,
    },
    /// The box holds it, but while both are open its code opens for another grant.
    #[n(1)]
    CodeTaken {
        /// For which.
        #[n(0)]
        by: GrantId,
    },
}

/// What a box answers.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Response {
    /// To [`Request::Hello`].
    #[n(0)]
    Hello(#[n(0)] Status),
    /// To [`Request::Deliver`], when everything that was taken is in the box's own durable state.
    #[n(1)]
    Delivered {
        /// What the box now goes by, for each delivered grant that it took or that it knew better.
        #[n(0)]
        accepted: Vec<Held>,
        /// Which delivered grants do not open. [`Hindrance::CodeTaken`] ones stand among the accepted too.
        #[n(1)]
        refused: Vec<Hindered>,
        /// What the box's clock shows.
        #[n(2)]
        clock: Instant,
        /// The digest of its grants at `clock`.
        #[n(3)]
        digest: Digest,
    },
    /// To [`Request::ReadEvents`].
    #[n(2)]
    Events {
        /// Consecutive, from the asked number or the first one held.
        #[n(0)]
        events: Vec<LoggedEvent>,
        /// The number of the first event the box still holds.
        #[n(1)]
        first_held: u64,
        /// The number that the next event will have.
        #[n(2)]
        next: u64,
    },
    /// To [`Request::Acknowledge`].
    #[n(3)]
    Acknowledged {
        /// The number of the first event the box still holds.
        #[n(0)]
        first_held: u64,
    },
    /// To [`Request::SetClock`].
    #[n(4)]
    ClockSet {
        /// What the clock showed.
        #[n(0)]
        from: Instant,
        /// What it shows.
        #[n(1)]
        to: Instant,
    },
    /// To [`Request::SetBin`].
    #[n(5)]
    BinSet {
        /// Which bin.
        #[n(0)]
        bin: BinNumber,
        /// Whether it serves.
        #[n(1)]
        enabled: bool,
    },
    /// To whatever could not be done. Nothing has changed.
    #[n(6)]
    Failed(#[n(0)] Failure),
}

/// Why a box did nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, thiserror::Error)]
pub enum Failure {
    /// The request could not be read.
    #[error("the message could not be read: {0}")]
    #[n(0)]
    Malformed(#[n(0)] Fault),
    /// The request is of a kind that this version does not have.
    #[error("the box knows no request {kind}")]
    #[n(1)]
    Unsupported {
        /// Its kind, as it was numbered.
        #[n(0)]
        kind: u32,
    },
    /// The box has no such bin.
    #[error("the box has no bin {bin}")]
    #[n(2)]
    NoSuchBin {
        /// The bin that was asked for.
        #[n(0)]
        bin: u8,
    },
}

/// What is wrong with bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, thiserror::Error)]
#[cbor(index_only)]
pub enum Fault {
    /// More than [`MESSAGE_BYTES`].
    #[error("it is longer than {MESSAGE_BYTES} bytes")]
    #[n(0)]
    TooLong,
    /// Not the CBOR that was expected.
    #[error("it is not the CBOR that was expected")]
    #[n(1)]
    Shape,
    /// Bytes after the end.
    #[error("there are bytes after its end")]
    #[n(2)]
    Trailing,
    /// A value outside of its range.
    #[error("a value is out of range")]
    #[n(3)]
    Range,
    /// More items than one message may have.
    #[error("it holds too many items")]
    #[n(4)]
    TooMany,
}

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
trait Message: Encode<()> + for<'b> Decode<'b, ()> {
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
    minicbor::to_vec((0u8, VERSIONS)).expect("a vector takes every byte")
}

fn write(exchange: u32, message: &impl Message) -> Vec<u8> {
    minicbor::to_vec((VERSION, exchange, message)).expect("a vector takes every byte")
}

fn read<M: Message>(bytes: &[u8]) -> Result<(u32, M), ReadError> {
    let malformed = |exchange, fault| ReadError::Malformed { exchange, fault };
    if bytes.len() > MESSAGE_BYTES {
        return Err(malformed(0, Fault::TooLong));
    }
    let mut decoder = Decoder::new(bytes);
    let shape = |_| malformed(0, Fault::Shape);
    let length = decoder.array().map_err(shape)?;
    match decoder.u8().map_err(shape)? {
        VERSION => {}
        0 => return Err(decoder.decode::<Versions>().map_or_else(shape, ReadError::Version)),
        other => return Err(ReadError::Version(Versions { low: other, high: other })),
    }
    if length != Some(3) {
        return Err(malformed(0, Fault::Shape));
    }
    let exchange = decoder.u32().map_err(shape)?;
    let shape = |_| malformed(exchange, Fault::Shape);
    // Every kind of message is written as `[kind, …]`; one that is not known is told apart from one that is garbled.
    let mut probe = decoder.probe();
    probe.array().map_err(shape)?;
    let kind = probe.u32().map_err(shape)?;
    if kind >= M::KINDS {
        return Err(ReadError::Unsupported { exchange, kind });
    }
    let message: M = decoder.decode().map_err(shape)?;
    if decoder.position() != bytes.len() {
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
