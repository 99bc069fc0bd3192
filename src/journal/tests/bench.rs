//! Devices to try things out on.

use std::sync::OnceLock;

use crate::domain::code::CodeDigits;
use crate::domain::time::tests::rules;
use crate::domain::*;
use crate::journal::command::*;
use crate::journal::ledger::Applied;
use crate::journal::{Context, Decision, Entry, Ledger, Refusal, decide};
use crate::smartbox::protocol::{Event, LoggedEvent};

/// The zones that locations are tried in.
pub fn zones() -> ZoneBook {
    static BOOK: OnceLock<ZoneBook> = OnceLock::new();
    let read = || {
        let mut book = ZoneBook::default();
        for zone in ["Europe/Lisbon", "Atlantic/Azores", "Asia/Tokyo"] {
            book.insert(rules(zone));
        }
        book
    };
    BOOK.get_or_init(read).clone()
}

pub fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

pub fn wall(text: &str) -> WallTime {
    WallTime::parse(text).expect("a wall time")
}

/// The moment at which clocks in Lisbon show this.
pub fn lisbon(text: &str) -> Instant {
    zones().get(&zone("Europe/Lisbon")).expect("known").start(wall(text)).expect("not skipped")
}

pub fn zone(text: &str) -> ZoneName {
    ZoneName::parse(text).expect("a zone")
}

pub fn bin(number: u8) -> BinNumber {
    BinNumber::new(number).expect("1 to 99")
}

pub fn location(text: &str, zone_name: &str) -> LocationDetails {
    LocationDetails { name: name(text), address: None, zone: zone(zone_name), hours: None, directions: None }
}

pub fn person(text: &str) -> VisitorDetails {
    let email = format!("{}@example.com", text.to_lowercase().replace(' ', "."));
    VisitorDetails {
        name: name(text),
        email: EmailAddress::parse(&email).ok(),
        mobile: None,
        language: Language::default(),
    }
}

/// One device: its ledger, and every entry it has seen.
#[derive(Clone)]
pub struct Device {
    pub id: DeviceId,
    pub ledger: Ledger,
    pub entries: Vec<Entry>,
    pub now: Instant,
    pub zones: ZoneBook,
}

impl Device {
    /// A device that knows nothing yet.
    pub fn new(id: u32, now: Instant) -> Self {
        Self { id: DeviceId(id), ledger: Ledger::default(), entries: Vec::new(), now, zones: zones() }
    }

    /// A device with a founded organization and its first location in Lisbon.
    pub fn founded(now: Instant) -> Self {
        Self::founded_with(now, CodeDigits::default())
    }

    pub fn founded_with(now: Instant, digits: CodeDigits) -> Self {
        let mut device = Self::new(1, now);
        let location = location("Alfama", "Europe/Lisbon");
        device.run(Command::Found { name: name("Tagus Rooms"), digits, device: name("Desk"), location });
        device
    }

    /// Decides, without writing.
    pub fn decide(&self, command: &Command) -> Result<Decision, Refusal> {
        let codes = CodeKey::new([7; 32]);
        let context = Context { device: self.id, now: self.now, zones: &self.zones, codes: &codes };
        decide(&self.ledger, command, &context)
    }

    /// Decides and writes. A decision's facts always apply.
    pub fn submit(&mut self, command: &Command) -> Result<Decision, Refusal> {
        let decision = self.decide(command)?;
        for entry in decision.seal(&self.ledger) {
            assert_eq!(self.ledger.apply(&entry), Applied::Done, "a decision's facts always apply: {entry:?}");
            self.entries.push(entry);
        }
        Ok(decision)
    }

    /// Decides and writes what is sure to be allowed.
    pub fn run(&mut self, command: Command) -> Decision {
        self.submit(&command).unwrap_or_else(|refusal| panic!("{command:?} is refused: {refusal}"))
    }

    /// Takes everything that another device has.
    pub fn learn(&mut self, other: &Device) {
        for entry in &other.entries {
            if !self.entries.contains(entry) {
                self.ledger.apply(entry);
                self.entries.push(entry.clone());
            }
        }
    }

    /// Lets another device join, which then knows all that this one knows.
    pub fn enrol(&mut self, id: u32) -> Device {
        let text = format!("Device {id}");
        self.run(Command::EnrolDevice { device: DeviceId(id), name: name(&text), role: Role::FrontDesk });
        Device { id: DeviceId(id), ..self.clone() }
    }

    pub fn home(&self) -> LocationId {
        self.ledger.locations().next().expect("a first location").0
    }

    pub fn add_key(&mut self, text: &str) -> KeyId {
        self.add_key_at(text, self.home())
    }

    pub fn add_key_at(&mut self, text: &str, home: LocationId) -> KeyId {
        let time = |hour| TimeOfDay::new(hour, 0).expect("an hour");
        let details = KeyDetails { name: name(text), home, check_in: time(15), check_out: time(11), class: None };
        KeyId(self.run(Command::AddKey(details)).id(0))
    }

    pub fn add_box(&mut self, text: &str) -> BoxId {
        let serial = SerialNumber::parse(&format!("LB-{}", text.to_uppercase().replace(' ', "-"))).expect("a serial");
        let details = BoxDetails { name: name(text), serial, location: self.home(), bins: bin(8), virtual_box: true };
        BoxId(self.run(Command::AddBox(details)).id(0))
    }

    pub fn book(&mut self, key: KeyId, who: &str, start: &str, end: &str) -> BookingId {
        self.run(Command::MakeBooking(booking(key, who, start, end))).booking().expect("a booking")
    }

    /// A booking's terms as they are, to change some.
    pub fn terms(&self, id: BookingId) -> BookingTerms {
        let booking = self.ledger.booking(id).expect("a booking");
        BookingTerms {
            key: booking.key(),
            times: booking.right().window().map(|w| (w.start(), w.end())),
            visitor: self.ledger.visitor(booking.visitor()).expect("a visitor").clone(),
            notes: self.ledger.notes(id).cloned(),
            reminder: booking.reminder(),
            overlap: Overlap::Refuse,
            notify: Notify::Nobody,
        }
    }
}

/// A one-time booking to be made.
pub fn booking(key: KeyId, who: &str, start: &str, end: &str) -> NewBooking {
    NewBooking {
        key,
        visitor: BookingVisitor::Described(person(who)),
        right: RequestedRight::OneTime { start: wall(start), end: wall(end) },
        notes: None,
        reminder: false,
        overlap: Overlap::Refuse,
        source: None,
        alias: None,
        notify: Notify::Nobody,
    }
}

/// Something that a box logged.
pub fn logged(number: u64, at: &str, event: Event) -> LoggedEvent {
    LoggedEvent { number, at: lisbon(at), event }
}

/// A secret to sign messages with.
pub fn signing_secret() -> SigningSecret {
    SigningSecret::from_bytes(vec![7; 32]).expect("32 bytes")
}
