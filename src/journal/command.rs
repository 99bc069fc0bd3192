//! Commands: what people and boxes ask for. And the typed reasons for which they are refused.

use super::fact::{Confirmed, Source, StatedPlace};
use crate::domain::code::CodeDigits;
use crate::domain::{
    BookingId, BoxDetails, BoxId, DeviceId, Instant, KeyDetails, KeyId, LocationDetails, LocationId, Name, Note, Role,
    SerialNumber, VisitorDetails, VisitorId, WallTime, WindowError, ZoneName,
};
use crate::smartbox::protocol::LoggedEvent;

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
    /// Revoke a booking.
    RevokeBooking(BookingId),
    /// Do what a preview of a calendar showed, all of it or nothing.
    ImportCalendar(CalendarImport),
    /// Keep events that a box reported.
    KeepEvents(BoxId, Vec<LoggedEvent>),
    /// Keep what a visit to a box confirmed.
    KeepVisit(BoxId, VisitRecord),
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
    pub refused: Vec<BookingId>,
    /// What its clock showed.
    pub clock: Instant,
    /// The numbers, first and last, of events that it lost before anyone read them.
    pub lost: Vec<(u64, u64)>,
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
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Location(id) => write!(f, "location {id}"),
            Self::Box(id) => write!(f, "SmartBox {id}"),
            Self::Key(id) => write!(f, "key {id}"),
            Self::Visitor(id) => write!(f, "visitor {id}"),
            Self::Booking(id) => write!(f, "booking {id}"),
        }
    }
}
