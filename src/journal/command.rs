//! Commands: what people and boxes ask for. And the typed reasons for which they are refused.

use super::fact::{Confirmed, MessageState, Source, StatedPlace, Subject};
use super::ledger::TemplateName;
use super::terms::TermsChange;
use crate::domain::code::CodeDigits;
use crate::domain::{
    AliasId, BookingCode, BookingId, BoxDetails, BoxId, DeviceId, Instant, KeyDetails, KeyId, LocationDetails,
    LocationId, MessageId, MessagingSettings, Name, Note, Role, SerialNumber, SigningSecret, TemplateText,
    VisitorDetails, VisitorId, WallTime, WindowError, ZoneName,
};
use crate::smartbox::envelope::OrganizationKeys;
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::{Digest as LogDigest, GrantId, LoggedEvent};

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begin an organization with its first location; this device becomes its first.
    Found {
        /// What it is called.
        name: Name,
        /// How many digits its codes have.
        digits: CodeDigits,
        /// What this device is called.
        device: Name,
        /// The first location.
        location: LocationDetails,
    },
    /// Change the organization's own settings.
    ChangeOrganization {
        /// What it is called.
        name: Name,
        /// How many digits new codes have.
        digits: CodeDigits,
    },
    /// Let another device join, and give it half of the lots that this device still has.
    EnrolDevice {
        /// Which device.
        device: DeviceId,
        /// What it is called.
        name: Name,
        /// What it may do.
        role: Role,
    },
    /// The organization gets keys, which somebody made: these are their public parts.
    MakeKeys(OrganizationKeys),
    /// Keep what the organization's key has signed of a device.
    CertifyDevice(Vec<u8>),
    /// Let a device do nothing any more.
    RevokeDevice(DeviceId),
    /// A box has proved whose keys are its own, and is about to be the organization's.
    PairBox(BoxId, BoxKeys),
    /// Add a location.
    AddLocation(LocationDetails),
    /// Change a location.
    ChangeLocation(LocationId, LocationDetails),
    /// Add a SmartBox.
    AddBox(BoxDetails),
    /// Rename a SmartBox or hang it elsewhere.
    ChangeBox(BoxId, BoxDetails),
    /// Add a key.
    AddKey(KeyDetails),
    /// Change a key.
    ChangeKey(KeyId, KeyDetails),
    /// Say where a key is.
    StateKey(KeyId, StatedPlace),
    /// Make a booking.
    MakeBooking(NewBooking),
    /// Edit a booking: all its terms as they shall be.
    EditBooking(BookingId, BookingTerms),
    /// Edit a booking that others may have edited since it was shown: only what somebody changed of it.
    ChangeTerms(BookingId, Box<TermsChange>),
    /// Take such an edit back, as far as nobody changed the same again.
    RestoreTerms(BookingId, Box<TermsChange>),
    /// Revoke a booking, and tell the visitor or not.
    RevokeBooking(BookingId, Notify),
    /// Take a revocation back that no box has heard of.
    WithdrawRevocation(BookingId),
    /// Say that the key of a booking came back by hand, where it is now, and why it did not come back through a box.
    ReturnByHand(BookingId, StatedPlace, Note),
    /// Issue alias codes.
    IssueAliases(Vec<NewAlias>),
    /// Say for whom and for when an alias code is.
    ChangeAlias(AliasId, Option<BookingVisitor>, Option<RequestedStay>),
    /// Retire an alias code.
    RetireAlias(AliasId),
    /// Make an alias code the code of a booking, and tell the visitor or not.
    LinkAlias(AliasId, BookingId, Notify),
    /// Give a booking its own code back, and tell the visitor or not.
    UnlinkAlias(BookingId, Notify),
    /// Give the visitors of alias codes a booking each, with that code.
    AssignKeys(Vec<Assignment>),
    /// Take back that keys were assigned: these bookings are revoked, and their alias codes wait for another again.
    UnassignKeys(Vec<BookingId>),
    /// Send the instructions again (rule 5).
    Resend(Subject),
    /// Ask the visitor of an overdue booking to bring the key back, now.
    RemindNow(BookingId),
    /// Make the return key reminders that are due (rule 6), and drop those that are needed no more.
    TendReminders,
    /// Say how far a message has come.
    MoveMessage(MessageId, MessageState),
    /// Change how the organization writes to its visitors; with a new signing secret or the one it has.
    ChangeMessaging(MessagingSettings, Option<SigningSecret>),
    /// Change the organization's own text for a part of a message; none for the one that the app brings.
    ChangeTemplate(TemplateName, Option<TemplateText>),
    /// Take something back: by another command, and with the messages it made.
    TakeBack(Box<Command>, Vec<MessageId>),
    /// Do what a preview of a calendar showed, all of it or nothing.
    ImportCalendar(CalendarImport),
    /// Keep events that a box reported, and the chain of its log up to the last of them.
    KeepEvents(BoxId, Vec<LoggedEvent>, Option<LogDigest>),
    /// Keep what a visit to a box confirmed.
    KeepVisit(BoxId, VisitRecord),
    /// Note that all that a box is owed, these grants among it, goes to it with a courier.
    SendBox(BoxId, Vec<GrantId>),
}

/// What a booking shall be made of.
#[derive(Clone, Debug, PartialEq)]
pub struct NewBooking {
    /// Of which key.
    pub key: KeyId,
    /// For whom.
    pub visitor: BookingVisitor,
    /// What it allows.
    pub right: RequestedRight,
    /// Notes about it.
    pub notes: Option<Note>,
    /// Whether a return key reminder is wanted.
    pub reminder: bool,
    /// What to do about other bookings of the key at the same time.
    pub overlap: Overlap,
    /// The calendar entry it is made from; then it may lie in the past.
    pub source: Option<Source>,
    /// The alias code that shall be its code.
    pub alias: Option<AliasId>,
    /// Whether the visitor is sent instructions.
    pub notify: Notify,
}

/// Whether the visitor is told. Nobody can be who gave no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Notify {
    /// The visitor is told, through the booking's channel.
    #[default]
    Visitor,
    /// Nobody is.
    Nobody,
}

/// What an alias code shall be made of.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlias {
    /// The code that somebody chose; none for one that is made.
    pub code: Option<BookingCode>,
    /// For whom; none for nobody yet.
    pub visitor: Option<BookingVisitor>,
    /// When and where the visitor is expected, when that is known.
    pub stay: Option<RequestedStay>,
    /// Whether the code is sent to the visitor.
    pub notify: Notify,
}

/// When and where somebody is expected, before it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedStay {
    /// Where.
    pub location: LocationId,
    /// From when, by the wall clocks there.
    pub start: WallTime,
    /// Until when, by the wall clocks there.
    pub end: WallTime,
    /// The class of key.
    pub class: Option<Name>,
}

/// The key that the visitor of an alias code is given, for the stay that stands with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Which alias code.
    pub alias: AliasId,
    /// Which key.
    pub key: KeyId,
    /// The visitor's name, when the code is for nobody yet.
    pub visitor: Option<VisitorDetails>,
    /// What to do about other bookings of the key at the same time.
    pub overlap: Overlap,
    /// Whether the visitor is told.
    pub notify: Notify,
}

/// For whom a booking is.
#[derive(Clone, Debug, PartialEq)]
pub enum BookingVisitor {
    /// Somebody known.
    Known(VisitorId),
    /// Somebody new, or known by the same name and contact.
    Described(VisitorDetails),
}

/// What a booking shall allow, before it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestedRight {
    /// A one-time booking, by the wall clocks at the key's home location.
    OneTime {
        /// From when.
        start: WallTime,
        /// Until when.
        end: WallTime,
    },
    /// An ongoing access.
    Ongoing,
}

/// What to do when bookings of one key overlap (rule 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Refuse, and name them.
    Refuse,
    /// The manager has seen it and wants it.
    Allow,
    /// It was so before, and what was said of it then holds: what was wanted, or not. For coming back to it.
    AsBefore(bool),
}

/// All that an edit sets of a booking.
#[derive(Clone, Debug, PartialEq)]
pub struct BookingTerms {
    /// The key.
    pub key: KeyId,
    /// Start and end; none for an ongoing access.
    pub times: Option<(WallTime, WallTime)>,
    /// The visitor.
    pub visitor: VisitorDetails,
    /// Notes.
    pub notes: Option<Note>,
    /// The return key reminder.
    pub reminder: bool,
    /// What to do about other bookings of the key at the same time.
    pub overlap: Overlap,
    /// Whether the visitor is told when time or key changes.
    pub notify: Notify,
}

/// What shall come of a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarImport {
    /// For which key.
    pub key: KeyId,
    /// The calendar, as in [`Source`].
    pub calendar: String,
    /// Bookings to make.
    pub make: Vec<NewBooking>,
    /// Bookings to move.
    pub reschedule: Vec<Reschedule>,
    /// Bookings to revoke.
    pub revoke: Vec<BookingId>,
}

/// A booking to move, because its calendar's entry moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reschedule {
    /// Which.
    pub booking: BookingId,
    /// From when.
    pub start: WallTime,
    /// Until when.
    pub end: WallTime,
    /// What to do about other bookings of the key at the same time.
    pub overlap: Overlap,
}

/// What a visit to a box confirmed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct VisitRecord {
    /// The grants the box holds now.
    pub confirmed: Vec<Confirmed>,
    /// Grants it had no room for.
    pub refused: Vec<GrantId>,
    /// What its clock showed.
    pub clock: Instant,
    /// The numbers, first and last, of events that it lost before anyone read them.
    pub lost: Vec<(u64, u64)>,
    /// The devices that it lets in no more.
    pub barred: Vec<DeviceId>,
    /// When a courier was there, who brought this later.
    pub carried: Option<Instant>,
}

/// Why a command was refused. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no organization yet.
    #[error("there is no organization yet")]
    NotFounded,
    /// There is one already.
    #[error("there is an organization already")]
    AlreadyFounded,
    /// What the command is about does not exist.
    #[error("{0} does not exist")]
    Unknown(Thing),
    /// The rules of a zone were not handed in: the browser does not know it.
    #[error("the time zone {0} is not known here")]
    UnknownZone(ZoneName),
    /// A thing of that name exists already.
    #[error("the name {0} is taken")]
    NameTaken(Name),
    /// A box with that serial number exists already.
    #[error("the serial number {0} is taken")]
    SerialTaken(SerialNumber),
    /// A bin's number that the box does not have.
    #[error("the box has no such bin")]
    NoSuchBin,
    /// Start and end are no window.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// The end is over already.
    #[error("the end is over already")]
    EndPassed,
    /// Other bookings of the key overlap (rule 10).
    #[error("{} other bookings overlap", .0.len())]
    Overlaps(Vec<BookingId>),
    /// A calendar entry has its booking already: another import was first.
    #[error("{0} was made from that calendar entry already")]
    AlreadyImported(BookingId),
    /// The booking is revoked.
    #[error("the booking is revoked")]
    Revoked,
    /// The key was picked up, so it can't be another one (rule 4).
    #[error("the key was picked up")]
    PickedUp,
    /// An ongoing access has no start and end; a one-time booking has both.
    #[error("an ongoing access has no start and end, a one-time booking has both")]
    WrongKind,
    /// Nothing would change.
    #[error("nothing would change")]
    NothingToDo,
    /// This device may not issue codes.
    #[error("this device has no codes to issue")]
    NoLots,
    /// Every code that this device may issue is taken.
    #[error("every code of {digits} digits that this device may issue is taken")]
    CodesExhausted {
        /// How many digits codes have.
        digits: u8,
    },
    /// The device has joined already.
    #[error("the device has joined already")]
    AlreadyEnrolled,
    /// A code that was chosen is in use already.
    #[error("the code is in use by {0}")]
    CodeInUse(Thing),
    /// A code that was chosen was in use not long ago (rule 8).
    #[error("the code rests until {until}")]
    CodeRests {
        /// From when it may be issued again.
        until: Instant,
    },
    /// A code that was chosen is one slip of the finger away from one in use (rule 9).
    #[error("the code is one slip away from that of {0}")]
    CodeTooNear(Thing),
    /// The alias code is retired.
    #[error("the alias code is retired")]
    AliasRetired,
    /// The alias code is linked to a booking that is not over.
    #[error("the alias code is linked to {0}")]
    AliasLinked(BookingId),
    /// The booking has another alias code already.
    #[error("the booking is linked to {0}")]
    LinkedAlready(AliasId),
    /// No alias code is linked to the booking.
    #[error("no alias code is linked to the booking")]
    NotLinked,
    /// It is not known when and where the visitor of an alias code is expected.
    #[error("it is not known for when the alias code is")]
    NoStay,
    /// It is not known for whom an alias code is.
    #[error("it is not known for whom the alias code is")]
    NoVisitor,
    /// The visitor can't be written to.
    #[error("there is no way to write to the visitor")]
    NoChannel,
    /// It is too soon to write to the visitor again (rule 5).
    #[error("the visitor can be written to again at {from}")]
    TooSoon {
        /// From when.
        from: Instant,
    },
    /// A message that says the same still waits to be sent.
    #[error("{0} still waits to be sent")]
    StillWaiting(MessageId),
    /// The message has come to its end, or is not on the way there.
    #[error("the message can't go from {from:?} to {to:?}")]
    NoSuchMove {
        /// How far it is.
        from: MessageState,
        /// Where it was to go.
        to: MessageState,
    },
    /// The visitor does not have the key.
    #[error("the visitor does not have the key")]
    NotOut,
    /// The booking is not revoked.
    #[error("the booking is not revoked")]
    NotRevoked,
    /// It can't be taken back any more: these boxes have heard of it.
    #[error("{} boxes have heard of it", .0.len())]
    Heard(Vec<BoxId>),
    /// The organization has keys already: others would lock it out of its boxes.
    #[error("the organization has keys already")]
    KeyedAlready,
    /// The organization has no keys yet.
    #[error("the organization has no keys yet")]
    NotKeyed,
    /// A credential that the organization did not sign, or that does not hold.
    #[error("this is no credential of the organization")]
    NoCredential,
    /// A device can't revoke itself: nobody might be left.
    #[error("a device can't revoke itself")]
    OwnDevice,
    /// There is no gateway's address, or no secret to sign with.
    #[error("a gateway needs an address and a signing secret")]
    NoGateway,
}

/// A thing that a command names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A location.
    Location(LocationId),
    /// A SmartBox.
    Box(BoxId),
    /// A key.
    Key(KeyId),
    /// A visitor.
    Visitor(VisitorId),
    /// A booking.
    Booking(BookingId),
    /// An alias code.
    Alias(AliasId),
    /// A message.
    Message(MessageId),
    /// A device.
    Device(DeviceId),
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Location(id) => write!(f, "location {id}"),
            Self::Box(id) => write!(f, "SmartBox {id}"),
            Self::Key(id) => write!(f, "key {id}"),
            Self::Visitor(id) => write!(f, "visitor {id}"),
            Self::Booking(id) => write!(f, "booking {id}"),
            Self::Alias(id) => write!(f, "alias code {id}"),
            Self::Message(id) => write!(f, "message {id}"),
            Self::Device(id) => write!(f, "device {id}"),
        }
    }
}
