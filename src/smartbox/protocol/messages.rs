//! What crosses a link: `[version, exchange, [kind, [fields…]]]`, for anyone on the way to see. Whatever is worth hiding or
//! forging stands in an envelope within.

use super::contents::Challenge;
use super::{Fault, MESSAGE_BYTES, VERSION, VERSIONS, Versions, check_moment, check_numbers, within};
use crate::domain::cbor::{self, Cbor, Failed, Reader, choices, record, variants, write_array};
use crate::domain::{BinNumber, Instant, SerialNumber};

/// An envelope, as a message carries it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope(pub Vec<u8>);

impl Cbor for Envelope {
    fn encode(&self, to: &mut Vec<u8>) {
        cbor::write_bytes(to, &self.0);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        Ok(Self(from.bytes()?.to_vec()))
    }
}

/// What a box is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Who are you?
    Hello {
        /// What the app speaks.
        versions: Versions,
    },
    /// Prove that you have the label’s secret: an [`Offer`](super::contents::Offer).
    Pair {
        /// Random, for this once.
        drawn: [u8; 32],
    },
    /// Be this organization's: [`Terms`](super::contents::Terms).
    Join {
        /// With the label's secret, sealed to the box.
        envelope: Envelope,
    },
    /// Merge this [`Batch`](super::contents::Batch).
    Deliver {
        /// Signed by its author, sealed to the box.
        envelope: Envelope,
    },
    /// Give me events.
    ReadEvents {
        /// From this number on, 1 or higher.
        from: u64,
        /// 1 or more; a box sends [`EVENTS_A_MESSAGE`](super::EVENTS_A_MESSAGE) at most.
        at_most: u16,
    },
    /// Carry this [`Order`](super::contents::Order) out.
    Command {
        /// Signed by a device, sealed to the box.
        envelope: Envelope,
    },
}
variants!(Request {
    0 => Hello { versions },
    1 => Pair { drawn },
    2 => Join { envelope },
    3 => Deliver { envelope },
    4 => ReadEvents { from, at_most },
    5 => Command { envelope },
});

/// What a box tells anyone. Nothing in it is proved; what counts is said again in what it signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Greeting {
    /// Which box this is.
    pub serial: SerialNumber,
    /// What it speaks.
    pub versions: Versions,
    /// Whether it is an organization's. It says to nobody whose.
    pub paired: bool,
    /// What the next command must hold.
    pub challenge: Challenge,
    /// What its clock shows.
    pub clock: Instant,
    /// The number of the first event it still holds; `next` when it holds none.
    pub first_held: u64,
    /// The number that the next event will have.
    pub next: u64,
}
record!(Greeting { serial, versions, paired, challenge, clock, first_held, next });

/// What a box answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Response {
    /// To [`Request::Hello`].
    Hello(Greeting),
    /// To [`Request::Pair`]: an [`Offer`](super::contents::Offer) with the label's secret.
    Offer {
        /// For all to see.
        envelope: Envelope,
    },
    /// To [`Request::Join`]: [`Paired`](super::contents::Paired).
    Joined {
        /// Signed by the box.
        envelope: Envelope,
    },
    /// To [`Request::Deliver`], when everything that was taken is in the box's own durable state: a
    /// [`Receipt`](super::contents::Receipt).
    Delivered {
        /// Signed by the box, sealed to the organization.
        envelope: Envelope,
    },
    /// To [`Request::ReadEvents`]: an [`EventReport`](super::contents::EventReport).
    Events {
        /// Signed by the box, sealed to the organization.
        envelope: Envelope,
        /// The number after the last event in it.
        through: u64,
        /// The number that the next event will have.
        next: u64,
    },
    /// To [`Request::Command`], when it was carried out: an [`Answer`](super::contents::Answer).
    Done {
        /// Signed by the box, sealed as the order says.
        envelope: Envelope,
    },
    /// To whatever could not be done. Nothing has changed.
    Failed(Failure),
}
variants!(Response {
    0 => Hello(greeting),
    1 => Offer { envelope },
    2 => Joined { envelope },
    3 => Delivered { envelope },
    4 => Events { envelope, through, next },
    5 => Done { envelope },
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
    /// The box is no organization's yet.
    #[error("the box is not paired with anyone")]
    NotPaired,
    /// The box is an organization's already.
    #[error("the box is paired already")]
    AlreadyPaired,
    /// The envelope was refused.
    #[error("{0}")]
    Denied(Denial),
}
variants!(Failure {
    0 => Malformed(fault),
    1 => Unsupported { kind },
    2 => NoSuchBin { bin },
    3 => NotPaired,
    4 => AlreadyPaired,
    5 => Denied(why),
});

/// Why a box refused an envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Denial {
    /// It is none.
    #[error("the envelope could not be read")]
    Malformed,
    /// It is sealed to another box.
    #[error("the envelope is for another box")]
    NotForUs,
    /// It was changed on the way, or its author's credential is not of this organization.
    #[error("the envelope is not of this organization, or was changed on the way")]
    Forged,
    /// Its author's credential is over.
    #[error("the device’s credential has ended")]
    Expired,
    /// Its author's credential has not begun.
    #[error("the device’s credential has not begun")]
    NotYet,
    /// Its author is revoked.
    #[error("the device is revoked")]
    Barred,
    /// Its author's role does not allow it.
    #[error("the device’s role does not allow this")]
    Role,
    /// The command does not hold the challenge that the box made last.
    #[error("the command comes too late: the box has moved on")]
    Stale,
    /// The clock was to be set to before what the organization last vouched for, and by a device that is no manager's.
    #[error("only a manager’s device can set the clock back to before what the box was last told")]
    BackInTime,
    /// It needs a hand on the box: press the service button inside, and try again within a minute.
    #[error("press the service button inside the box, and try again within a minute")]
    HandNeeded,
    /// It holds what was written more than a day ahead of the box's clock.
    #[error("it was written more than a day ahead of the box’s clock: look at this device’s clock")]
    Ahead,
    /// It was not made with the secret on the label.
    #[error("the secret is not that of this box’s label")]
    WrongSecret,
}
choices!(Denial {
    0 => Malformed,
    1 => NotForUs,
    2 => Forged,
    3 => Expired,
    4 => NotYet,
    5 => Barred,
    6 => Role,
    7 => Stale,
    8 => BackInTime,
    9 => HandNeeded,
    10 => WrongSecret,
    11 => Ahead,
});

impl From<Denial> for Failure {
    fn from(why: Denial) -> Self {
        Self::Denied(why)
    }
}

impl From<BinNumber> for Failure {
    fn from(bin: BinNumber) -> Self {
        Self::NoSuchBin { bin: bin.get() }
    }
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
    let version = u8::decode(&mut from).map_err(shape)?;
    // What stands after an array is none of its items.
    if length.is_some_and(|items| items < if version == 0 { 2 } else { 1 }) {
        return Err(malformed(0, Fault::Shape));
    }
    match version {
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
    let items = ahead.array().map_err(shape)?;
    let kind = u32::decode(&mut ahead).map_err(shape)?;
    if items == Some(0) {
        return Err(malformed(exchange, Fault::Shape));
    }
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

impl Message for Request {
    const KINDS: u32 = 6;

    fn check(&self) -> Result<(), Fault> {
        match self {
            Self::Hello { versions } => within(versions.low >= 1 && versions.low <= versions.high, Fault::Range),
            Self::ReadEvents { from, at_most } => within(*from >= 1 && *at_most >= 1, Fault::Range),
            Self::Pair { .. } | Self::Join { .. } | Self::Deliver { .. } | Self::Command { .. } => Ok(()),
        }
    }
}

impl Message for Response {
    const KINDS: u32 = 7;

    fn check(&self) -> Result<(), Fault> {
        match self {
            Self::Hello(greeting) => {
                check_numbers(greeting.first_held, greeting.next)?;
                check_moment(greeting.clock)
            }
            Self::Events { through, next, .. } => within(*through >= 1 && through <= next, Fault::Range),
            Self::Offer { .. } | Self::Joined { .. } | Self::Delivered { .. } | Self::Done { .. } | Self::Failed(_) => {
                Ok(())
            }
        }
    }
}
