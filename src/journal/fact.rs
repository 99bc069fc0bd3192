//! Facts: what happened, immutable, each linked to the one its author wrote before it. And what stands beside them.

use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use super::clock::Hlc;
use crate::domain::code::CodeDigits;
use crate::domain::stamp::Stamp;
use crate::domain::{
    BinNumber, BookingCode, BookingId, BookingWindow, BoxDetails, BoxId, Channel, DeviceId, FactId, Instant,
    KeyDetails, KeyId, LocationDetails, LocationId, Name, Note, Right, Role, VisitorDetails, VisitorId,
};
use crate::smartbox::protocol::LoggedEvent;

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// One entry of the journal that says what happened.
///
/// The body is kept as its author wrote it, so that a kind of fact this app does not know yet loses nothing.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Fact {
    /// Its author and that author's count.
    #[n(0)]
    pub id: FactId,
    /// When, by the hybrid logical clock.
    #[n(1)]
    pub at: Hlc,
    /// The digest of the author's fact before this one; nothing for its first.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub previous: Option<Digest>,
    /// A [`FactBody`], encoded.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

impl Fact {
    /// The digest that the author's next fact carries.
    pub fn digest(&self) -> Digest {
        Sha256::digest(to_cbor(self)).into()
    }

    /// The stamp of everything this fact writes.
    pub fn stamp(&self) -> Stamp {
        Stamp { clock: self.at.to_bits(), by: self.id }
    }

    /// What happened, when this app, with this vocabulary, knows the kind of fact.
    pub fn body(&self, vocabulary: Vocabulary) -> Option<FactBody> {
        let kind = minicbor::Decoder::new(&self.body).array().and_then(|_| {
            let mut d = minicbor::Decoder::new(&self.body);
            d.array()?;
            d.u32()
        });
        match kind {
            Ok(kind) if kind <= vocabulary.newest => minicbor::decode(&self.body).ok(),
            _ => None,
        }
    }
}

/// Encodes to memory, which cannot fail for the types of this crate.
pub fn to_cbor<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing to memory does not fail, and no type here refuses to be encoded")
}

/// The kinds of fact an app knows. They are numbered in the order in which they came into being.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vocabulary {
    newest: u32,
}

impl Vocabulary {
    /// All that this app knows.
    pub const CURRENT: Self = Self { newest: 17 };

    /// What an app knew whose newest kind of fact had this number.
    pub const fn up_to(newest: u32) -> Self {
        Self { newest }
    }

    /// The number of the newest kind of fact that it has.
    pub const fn newest(self) -> u32 {
        self.newest
    }
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::CURRENT
    }
}

/// Where somebody says a key is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
pub enum StatedPlace {
    /// Nobody knows.
    #[n(0)]
    Unaccounted,
    /// At hand, outside any box.
    #[n(1)]
    AtHand,
    /// In a bin.
    #[n(2)]
    InBin(#[n(0)] BoxId, #[n(1)] BinNumber),
}

/// Where a booking came from, when that was a calendar.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
pub struct Source {
    /// The calendar: its product and its name.
    #[n(0)]
    pub calendar: String,
    /// The entry's `UID` (RFC 5545, section 3.8.4.7).
    #[n(1)]
    pub uid: String,
}

/// What an edit changed of a booking; what is `None` stayed. Key and window are written together, if either changed: a
/// window was found free for one key, and two edits that were made apart must not come together into a third.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub struct BookingChange {
    /// The window.
    #[n(0)]
    pub window: Option<BookingWindow>,
    /// The key.
    #[n(1)]
    pub key: Option<KeyId>,
    /// The return key reminder, on or off.
    #[n(2)]
    pub reminder: Option<bool>,
    /// The manager has seen the overlap with other bookings of the key, and wants it.
    #[n(3)]
    pub overlap: Option<bool>,
    /// The window is the calendar's, whose entry moved; otherwise it is somebody's own.
    #[n(4)]
    pub imported: Option<bool>,
}

/// What happened. A kind keeps its number for ever; a field may be added to the end of one, never taken away.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum FactBody {
    /// An organization began, and its author is its first device, with all lots of the code space.
    #[n(0)]
    OrganizationFounded {
        /// What it is called.
        #[n(0)]
        name: Name,
        /// How many digits its codes have.
        #[n(1)]
        digits: CodeDigits,
        /// What the first device is called.
        #[n(2)]
        device: Name,
    },
    /// The organization's own settings changed.
    #[n(1)]
    OrganizationChanged {
        /// What it is called.
        #[n(0)]
        name: Name,
        /// How many digits new codes have.
        #[n(1)]
        digits: CodeDigits,
    },
    /// Another device joined, and got lots of the code space from its author's own.
    #[n(2)]
    DeviceEnrolled {
        /// Which device.
        #[n(0)]
        device: DeviceId,
        /// What it is called.
        #[n(1)]
        name: Name,
        /// What it may do.
        #[n(2)]
        role: Role,
        /// The lots it may issue codes from.
        #[n(3)]
        lots: Vec<u8>,
    },
    /// A location was added; its name is this fact's.
    #[n(3)]
    LocationAdded {
        /// All of it.
        #[n(0)]
        details: LocationDetails,
    },
    /// A location changed.
    #[n(4)]
    LocationChanged {
        /// Which.
        #[n(0)]
        location: LocationId,
        /// All of it, as it is now.
        #[n(1)]
        details: LocationDetails,
    },
    /// A SmartBox was added; its name is this fact's.
    #[n(5)]
    BoxAdded {
        /// All of it.
        #[n(0)]
        details: BoxDetails,
    },
    /// A SmartBox was renamed or hung elsewhere.
    #[n(6)]
    BoxChanged {
        /// Which.
        #[n(0)]
        smartbox: BoxId,
        /// All of it, as it is now.
        #[n(1)]
        details: BoxDetails,
    },
    /// A key was added; its name is this fact's.
    #[n(7)]
    KeyAdded {
        /// All of it.
        #[n(0)]
        details: KeyDetails,
    },
    /// A key changed.
    #[n(8)]
    KeyChanged {
        /// Which.
        #[n(0)]
        key: KeyId,
        /// All of it, as it is now.
        #[n(1)]
        details: KeyDetails,
    },
    /// Somebody said where a key is.
    #[n(9)]
    KeyStated {
        /// Which.
        #[n(0)]
        key: KeyId,
        /// Where.
        #[n(1)]
        place: StatedPlace,
    },
    /// A visitor was added; its name is this fact's, and who it is stands beside the facts.
    #[n(10)]
    VisitorAdded {},
    /// What is known of a visitor changed.
    #[n(11)]
    VisitorChanged {
        /// Which.
        #[n(0)]
        visitor: VisitorId,
    },
    /// A booking was made; its name is this fact's.
    #[n(12)]
    BookingMade {
        /// Of which key.
        #[n(0)]
        key: KeyId,
        /// For whom.
        #[n(1)]
        visitor: VisitorId,
        /// What for.
        #[n(2)]
        right: Right,
        /// The code.
        #[n(3)]
        code: BookingCode,
        /// Its place in its author's count of codes; none for a code chosen by hand.
        #[n(4)]
        serial: Option<u64>,
        /// How the visitor is written to.
        #[n(5)]
        channel: Option<Channel>,
        /// Whether a return key reminder is wanted.
        #[n(6)]
        reminder: bool,
        /// The manager has seen the overlap with other bookings of the key, and wants it.
        #[n(7)]
        overlap: bool,
        /// The calendar entry it was made from.
        #[n(8)]
        source: Option<Source>,
    },
    /// A booking was edited.
    #[n(13)]
    BookingChanged {
        /// Which.
        #[n(0)]
        booking: BookingId,
        /// What changed.
        #[n(1)]
        change: BookingChange,
    },
    /// A booking was revoked: no pick-up any more.
    #[n(14)]
    BookingRevoked {
        /// Which.
        #[n(0)]
        booking: BookingId,
    },
    /// A calendar was imported for a key; the bookings it made and changed are facts of their own.
    #[n(15)]
    CalendarImported {
        /// For which key.
        #[n(0)]
        key: KeyId,
        /// The calendar, as in [`Source`].
        #[n(1)]
        calendar: String,
        /// How many bookings were made.
        #[n(2)]
        made: u32,
        /// How many were moved.
        #[n(3)]
        moved: u32,
        /// How many were revoked.
        #[n(4)]
        revoked: u32,
    },
    /// A box reported an event of its log.
    #[n(16)]
    BoxReported {
        /// Which box.
        #[n(0)]
        smartbox: BoxId,
        /// The event, numbered by the box.
        #[n(1)]
        event: LoggedEvent,
    },
    /// A box was visited: it holds these grants now.
    #[n(17)]
    BoxVisited {
        /// Which box.
        #[n(0)]
        smartbox: BoxId,
        /// The grants it confirmed, each with the stamp it holds.
        #[n(1)]
        confirmed: Vec<Confirmed>,
        /// What its clock showed.
        #[n(2)]
        clock: Instant,
        /// The numbers, first and last, of events that it lost before anyone read them.
        #[n(3)]
        lost: Vec<(u64, u64)>,
        /// Grants it had no room for.
        #[n(4)]
        refused: Vec<BookingId>,
    },
}

/// A grant as a box holds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
pub struct Confirmed {
    /// The booking it is of.
    #[n(0)]
    pub booking: BookingId,
    /// The stamp of what the box holds.
    #[n(1)]
    pub stamp: Stamp,
}

/// What is known of a person, or was written about one. It stands beside the facts so that it can be erased.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Particulars {
    /// Who a visitor is; nothing once that was erased.
    #[n(0)]
    Visitor {
        /// Which.
        #[n(0)]
        visitor: VisitorId,
        /// When it was written, and with which fact.
        #[n(1)]
        stamp: Stamp,
        /// Who they are.
        #[n(2)]
        details: Option<VisitorDetails>,
    },
    /// The notes of a booking; nothing when there are none.
    #[n(1)]
    Notes {
        /// Which booking.
        #[n(0)]
        booking: BookingId,
        /// When it was written, and with which fact.
        #[n(1)]
        stamp: Stamp,
        /// The notes.
        #[n(2)]
        notes: Option<Note>,
    },
}

/// One entry of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Entry {
    /// What happened.
    #[n(0)]
    Fact(#[n(0)] Fact),
    /// What stands beside the facts.
    #[n(1)]
    Particulars(#[n(0)] Particulars),
}
