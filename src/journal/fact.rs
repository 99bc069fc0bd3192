//! Facts: what happened, immutable, each linked to the one its author wrote before it. And what stands beside them.

use sha2::{Digest as _, Sha256};

use super::clock::Hlc;
use crate::domain::cbor::{self, Cbor, Reader, record, variants};
use crate::domain::code::CodeDigits;
use crate::domain::stamp::Stamp;
use crate::domain::{
    AliasId, BinNumber, BookingCode, BookingId, BookingWindow, BoxDetails, BoxId, Channel, DeviceId, FactId, Instant,
    KeyDetails, KeyId, Language, LocationDetails, LocationId, Means, MessageId, MessageKind, MessagePart,
    MessagingSettings, Name, Note, Right, Role, SendFailure, SigningSecret, Stay, TemplateText, VisitorDetails,
    VisitorId,
};
use crate::smartbox::envelope::OrganizationKeys;
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::messages::Envelope;
use crate::smartbox::protocol::{Digest as LogDigest, GrantId, LoggedEvent};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// One entry of the journal that says what happened.
///
/// The body is kept as its author wrote it, so that a kind of fact this app does not know yet loses nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// Its author and that author's count.
    pub id: FactId,
    /// When, by the hybrid logical clock.
    pub at: Hlc,
    /// The digest of the author's fact before this one; nothing for its first.
    pub previous: Option<Digest>,
    /// A [`FactBody`], encoded.
    pub body: Vec<u8>,
}
record!(Fact { id, at, previous, body as cbor::bytes });

impl Fact {
    /// The digest that the author's next fact carries.
    pub fn digest(&self) -> Digest {
        Sha256::digest(cbor::to_vec(self)).into()
    }

    /// The stamp of everything this fact writes.
    pub fn stamp(&self) -> Stamp {
        Stamp { clock: self.at.to_bits(), by: self.id }
    }

    /// What happened, when this app, with this vocabulary, knows the kind of fact.
    pub fn body(&self, vocabulary: Vocabulary) -> Option<FactBody> {
        let mut from = Reader::new(&self.body);
        match from.array().and_then(|_| u32::decode(&mut from)) {
            Ok(kind) if kind <= vocabulary.newest => cbor::from_slice(&self.body).ok(),
            _ => None,
        }
    }
}

/// The kinds of fact an app knows. They are numbered in the order in which they came into being.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vocabulary {
    newest: u32,
}

impl Vocabulary {
    /// All that this app knows.
    pub const CURRENT: Self = Self { newest: 30 };

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
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StatedPlace {
    /// Nobody knows.
    Unaccounted,
    /// At hand, outside any box.
    AtHand,
    /// In a bin.
    InBin(BoxId, BinNumber),
}
variants!(StatedPlace { 0 => Unaccounted, 1 => AtHand, 2 => InBin(smartbox, bin) });

/// Where a booking came from, when that was a calendar.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Source {
    /// The calendar: its product and its name.
    pub calendar: String,
    /// The entry's `UID` (RFC 5545, section 3.8.4.7).
    pub uid: String,
}
record!(Source { calendar, uid });

/// Which code opens for a booking.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CodeFrom {
    /// The one it was made with.
    Own,
    /// That of an alias code.
    Alias(AliasId),
}
variants!(CodeFrom { 0 => Own, 1 => Alias(alias) });

/// What an edit changed of a booking; what is `None` stayed. Key, window and code are written together, if any of them
/// changed: a window was found free for one key, and two edits that were made apart must not come together into a third.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BookingChange {
    /// The window.
    pub window: Option<BookingWindow>,
    /// The key.
    pub key: Option<KeyId>,
    /// The return key reminder, on or off.
    pub reminder: Option<bool>,
    /// The manager has seen the overlap with other bookings of the key, and wants it.
    pub overlap: Option<bool>,
    /// The window is the calendar's, whose entry moved; otherwise it is somebody's own.
    pub imported: Option<bool>,
    /// The code.
    pub code: Option<CodeFrom>,
}
record!(BookingChange { window, key, reminder, overlap, imported, code });

/// For whom an alias code is, and when and where they are expected, as far as that is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AliasTerms {
    /// The visitor.
    pub visitor: Option<VisitorId>,
    /// When and where.
    pub stay: Option<Stay>,
}
record!(AliasTerms { visitor, stay });

/// What a message is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// A booking.
    Booking(BookingId),
    /// An alias code.
    Alias(AliasId),
}
variants!(Subject { 0 => Booking(booking), 1 => Alias(alias) });

/// How far a message has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MessageState {
    /// Nobody has sent it yet.
    ToDo,
    /// A mail or SMS program was opened with it, and nobody has said that it went out; or the gateway keeps it until it
    /// is due.
    HandedOver,
    /// It went out.
    Sent,
    /// It did not go out, and will be tried again.
    Failed {
        /// Why.
        why: SendFailure,
        /// How often it was tried.
        attempts: u8,
        /// When it is tried again.
        again: Instant,
    },
    /// It did not go out, and will not be tried again by itself.
    GivenUp {
        /// Why.
        why: SendFailure,
    },
    /// It is not wanted any more: taken back, or overtaken by another.
    Dropped,
    /// It is not wanted any more, and the gateway that keeps it must be told.
    Recalled,
    /// It is not wanted any more, and the gateway that keeps it did not take that: it may go out all the same.
    NotRecalled {
        /// Why.
        why: SendFailure,
    },
}
variants!(MessageState {
    0 => ToDo,
    1 => HandedOver,
    2 => Sent,
    3 => Failed { why, attempts, again },
    4 => GivenUp { why },
    5 => Dropped,
    6 => Recalled,
    7 => NotRecalled { why },
});

/// What happened. A kind keeps its number for ever; a field may be added to the end of one, never taken away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FactBody {
    /// An organization began, and its author is its first device, with all lots of the code space.
    OrganizationFounded {
        /// What it is called.
        name: Name,
        /// How many digits its codes have.
        digits: CodeDigits,
        /// What the first device is called.
        device: Name,
    },
    /// The organization's own settings changed.
    OrganizationChanged {
        /// What it is called.
        name: Name,
        /// How many digits new codes have.
        digits: CodeDigits,
    },
    /// Another device joined, and got lots of the code space from its author's own.
    DeviceEnrolled {
        /// Which device.
        device: DeviceId,
        /// What it is called.
        name: Name,
        /// What it may do.
        role: Role,
        /// The lots it may issue codes from.
        lots: Vec<u8>,
    },
    /// A location was added; its name is this fact's.
    LocationAdded {
        /// All of it.
        details: LocationDetails,
    },
    /// A location changed.
    LocationChanged {
        /// Which.
        location: LocationId,
        /// All of it, as it is now.
        details: LocationDetails,
    },
    /// A SmartBox was added; its name is this fact's.
    BoxAdded {
        /// All of it.
        details: BoxDetails,
    },
    /// A SmartBox was renamed or hung elsewhere.
    BoxChanged {
        /// Which.
        smartbox: BoxId,
        /// All of it, as it is now.
        details: BoxDetails,
    },
    /// A key was added; its name is this fact's.
    KeyAdded {
        /// All of it.
        details: KeyDetails,
    },
    /// A key changed.
    KeyChanged {
        /// Which.
        key: KeyId,
        /// All of it, as it is now.
        details: KeyDetails,
    },
    /// Somebody said where a key is.
    KeyStated {
        /// Which.
        key: KeyId,
        /// Where.
        place: StatedPlace,
    },
    /// A visitor was added; its name is this fact's, and who it is stands beside the facts.
    VisitorAdded {},
    /// What is known of a visitor changed.
    VisitorChanged {
        /// Which.
        visitor: VisitorId,
    },
    /// A booking was made; its name is this fact's.
    BookingMade {
        /// Of which key.
        key: KeyId,
        /// For whom.
        visitor: VisitorId,
        /// What for.
        right: Right,
        /// The code.
        code: BookingCode,
        /// Its place in its author's count of codes; none for a code chosen by hand.
        serial: Option<u64>,
        /// How the visitor is written to.
        channel: Option<Channel>,
        /// Whether a return key reminder is wanted.
        reminder: bool,
        /// The manager has seen the overlap with other bookings of the key, and wants it.
        overlap: bool,
        /// The calendar entry it was made from.
        source: Option<Source>,
        /// The alias code that is its code; its own is kept for when that is unlinked.
        alias: Option<AliasId>,
        /// What the device's clock showed, where that was behind the fact's own time.
        on: Option<Instant>,
    },
    /// A booking was edited.
    BookingChanged {
        /// Which.
        booking: BookingId,
        /// What changed.
        change: BookingChange,
    },
    /// A booking was revoked: no pick-up any more.
    BookingRevoked {
        /// Which.
        booking: BookingId,
    },
    /// A calendar was imported for a key; the bookings it made and changed are facts of their own.
    CalendarImported {
        /// For which key.
        key: KeyId,
        /// The calendar, as in [`Source`].
        calendar: String,
        /// How many bookings were made.
        made: u32,
        /// How many were moved.
        moved: u32,
        /// How many were revoked.
        revoked: u32,
    },
    /// A box reported an event of its log.
    BoxReported {
        /// Which box.
        smartbox: BoxId,
        /// The event, numbered by the box.
        event: LoggedEvent,
        /// The chain of the box's log up to this event; with the last of those that were read together.
        chain: Option<LogDigest>,
    },
    /// A box was visited: it holds these grants now.
    BoxVisited {
        /// Which box.
        smartbox: BoxId,
        /// The grants it confirmed, each with the stamp it holds.
        confirmed: Vec<Confirmed>,
        /// What its clock showed.
        clock: Instant,
        /// The numbers, first and last, of events that it lost before anyone read them.
        lost: Vec<(u64, u64)>,
        /// Grants it had no room for.
        refused: Vec<GrantId>,
        /// The fact by which the box was paired: what it holds, it was told since then.
        pairing: Option<FactId>,
        /// The devices that it lets in no more; nothing when there is none.
        barred: Option<Vec<DeviceId>>,
        /// When a courier was there, who brought this later; nothing where the author was there itself.
        carried: Option<Instant>,
    },
    /// An alias code was issued; its name is this fact's.
    AliasIssued {
        /// The code.
        code: BookingCode,
        /// Its place in its author's count of codes; none for a code chosen by hand.
        serial: Option<u64>,
        /// How the visitor is written to.
        channel: Option<Channel>,
        /// For whom and for when.
        terms: AliasTerms,
    },
    /// It was said for whom or for when an alias code is.
    AliasChanged {
        /// Which.
        alias: AliasId,
        /// For whom and for when, now.
        terms: AliasTerms,
    },
    /// An alias code was retired: it is nobody's any more.
    AliasRetired {
        /// Which.
        alias: AliasId,
    },
    /// A revocation was taken back, before any box had heard of it.
    RevocationWithdrawn {
        /// Of which booking.
        booking: BookingId,
        /// The fact that revoked it.
        revocation: FactId,
    },
    /// A message to a visitor is to go out; its name is this fact's.
    MessageMade {
        /// What it is about.
        about: Subject,
        /// What it is for.
        kind: MessageKind,
        /// By e-mail or SMS.
        channel: Channel,
        /// What carries it.
        means: Means,
        /// When it is to go out.
        due: Instant,
        /// Whether it was made too long after it was due.
        late: bool,
    },
    /// A message came further, or failed.
    MessageMoved {
        /// Which.
        message: MessageId,
        /// How far it is.
        state: MessageState,
        /// What the device's clock showed when it went out, where that was behind the fact's own time.
        on: Option<Instant>,
    },
    /// How the organization writes to its visitors changed.
    MessagingChanged {
        /// All of it, as it is now.
        settings: MessagingSettings,
    },
    /// The organization's own text for a kind of message changed.
    TemplateChanged {
        /// In which language.
        language: Language,
        /// For which kind.
        kind: MessageKind,
        /// For which part.
        part: MessagePart,
        /// The text; none for the one that the app brings.
        text: Option<TemplateText>,
    },
    /// The organization has keys now.
    OrganizationKeyed {
        /// Their public parts.
        keys: OrganizationKeys,
    },
    /// The organization said of a device what it may do, and until when.
    DeviceCertified {
        /// Which device.
        device: DeviceId,
        /// What boxes check; device, key, role and end stand in it.
        credential: Envelope,
    },
    /// A device may do nothing any more.
    DeviceRevoked {
        /// Which.
        device: DeviceId,
    },
    /// A box was paired, and these are its keys.
    BoxPaired {
        /// Which box.
        smartbox: BoxId,
        /// Its keys.
        keys: BoxKeys,
    },
    /// All that a box was owed was sealed for a courier. Whether it arrives, only the box says.
    BoxSent {
        /// To which box.
        smartbox: BoxId,
        /// The grants.
        grants: Vec<GrantId>,
        /// The fact by which the box was paired.
        pairing: Option<FactId>,
    },
}
variants!(FactBody {
    0 => OrganizationFounded { name, digits, device },
    1 => OrganizationChanged { name, digits },
    2 => DeviceEnrolled { device, name, role, lots },
    3 => LocationAdded { details },
    4 => LocationChanged { location, details },
    5 => BoxAdded { details },
    6 => BoxChanged { smartbox, details },
    7 => KeyAdded { details },
    8 => KeyChanged { key, details },
    9 => KeyStated { key, place },
    10 => VisitorAdded {},
    11 => VisitorChanged { visitor },
    12 => BookingMade { key, visitor, right, code, serial, channel, reminder, overlap, source, alias, on },
    13 => BookingChanged { booking, change },
    14 => BookingRevoked { booking },
    15 => CalendarImported { key, calendar, made, moved, revoked },
    16 => BoxReported { smartbox, event, chain },
    17 => BoxVisited { smartbox, confirmed, clock, lost, refused, pairing, barred, carried },
    18 => AliasIssued { code, serial, channel, terms },
    19 => AliasChanged { alias, terms },
    20 => AliasRetired { alias },
    21 => RevocationWithdrawn { booking, revocation },
    22 => MessageMade { about, kind, channel, means, due, late },
    23 => MessageMoved { message, state, on },
    24 => MessagingChanged { settings },
    25 => TemplateChanged { language, kind, part, text },
    26 => OrganizationKeyed { keys },
    27 => DeviceCertified { device, credential },
    28 => DeviceRevoked { device },
    29 => BoxPaired { smartbox, keys },
    30 => BoxSent { smartbox, grants, pairing },
});

/// A grant as a box holds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Confirmed {
    /// Which: a booking or an alias code.
    pub grant: GrantId,
    /// The stamp of what the box holds.
    pub stamp: Stamp,
}
record!(Confirmed { grant, stamp });

/// What is known of a person, or was written about one. It stands beside the facts so that it can be erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Particulars {
    /// Who a visitor is; nothing once that was erased.
    Visitor {
        /// Which.
        visitor: VisitorId,
        /// When it was written, and with which fact.
        stamp: Stamp,
        /// Who they are.
        details: Option<VisitorDetails>,
    },
    /// The notes of a booking; nothing when there are none.
    Notes {
        /// Which booking.
        booking: BookingId,
        /// When it was written, and with which fact.
        stamp: Stamp,
        /// The notes.
        notes: Option<Note>,
    },
    /// What somebody wrote about what a fact says: the reason for which a key was marked as returned.
    Remark {
        /// Which fact.
        fact: FactId,
        /// When it was written, and with which fact.
        stamp: Stamp,
        /// What was written; nothing once that was erased.
        text: Option<Note>,
    },
    /// The secret with which messages to the gateway are signed.
    GatewaySecret {
        /// When it was written, and with which fact.
        stamp: Stamp,
        /// The secret.
        secret: Option<SigningSecret>,
    },
}
variants!(Particulars {
    0 => Visitor { visitor, stamp, details },
    1 => Notes { booking, stamp, notes },
    2 => Remark { fact, stamp, text },
    3 => GatewaySecret { stamp, secret },
});

/// One entry of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// What happened.
    Fact(Fact),
    /// What stands beside the facts.
    Particulars(Particulars),
}
variants!(Entry { 0 => Fact(fact), 1 => Particulars(particulars) });
