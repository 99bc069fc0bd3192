//! An organization's desk, as the app has one: its journal, its keys, and what it does for a visit.

use std::future::ready;

use latchbook::domain::code::CodeDigits;
use latchbook::domain::time::Offset;
use latchbook::domain::{
    BinNumber, BookingId, BoxDetails, BoxId, CodeKey, DeviceId, Instant, KeyDetails, KeyId, Language, LocationDetails,
    Name, SerialNumber, TimeOfDay, VisitorDetails, WallTime, ZoneBook, ZoneName, ZoneRules,
};
use latchbook::journal::command::{BookingVisitor, NewBooking, Notify, Overlap, RequestedRight};
use latchbook::journal::desk::DeskError;
use latchbook::journal::port::Identity;
use latchbook::journal::{Command, Decision, Desk, Ledger, MemoryJournal, visits};
use latchbook::smartbox::envelope::{FoundingKeys, Signature, ToSign};
use latchbook::smartbox::protocol::{Digest, Status};
use latchbook::smartbox::{
    Author, BrokenOff, Doing, Host, LoggedEvent, Offered, PairingPlan, VisitPlan, VisitReport, Why, carry, pair,
};
use pollster::block_on;

use crate::program::{NOON, SmartBox};

const DEVICE: DeviceId = DeviceId(7);

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn wall(text: &str) -> WallTime {
    WallTime::parse(text).expect("a wall time")
}

/// The desk of an organization with a box and a key, at noon in a zone of UTC's time.
pub struct Office {
    desk: Desk<MemoryJournal>,
    zones: ZoneBook,
    pub keys: FoundingKeys,
    pub smartbox: BoxId,
    pub key: KeyId,
    /// What was read in visits so far.
    pub events: Vec<LoggedEvent>,
    drawn: u8,
}

impl Office {
    /// An organization of these keys.
    pub fn founded(keys: u8) -> Self {
        let zone = ZoneName::parse("Europe/Lisbon").expect("a zone");
        let mut zones = ZoneBook::default();
        zones.insert(ZoneRules::fixed(zone.clone(), Offset(0)));
        let keys = FoundingKeys::from_random(&std::array::from_fn(|n| keys.wrapping_add(n as u8)));
        let desk = block_on(Desk::open(MemoryJournal::default())).expect("memory");
        let location = LocationDetails { name: name("Alfama"), address: None, zone, hours: None, directions: None };
        let found = Command::Found {
            name: name("Tagus Rooms"),
            digits: CodeDigits::default(),
            device: name("Desk"),
            location: location.clone(),
        };
        let identity = Identity { device: DEVICE, codes: CodeKey::new([7; 32]) };
        block_on(desk.found(identity, &found, NOON, &zones)).expect("founded");
        let home = desk.ledger().locations().next().expect("a location").0;
        let first = KeyId(home.0);
        let mut office = Self { desk, zones, keys, smartbox: BoxId(home.0), key: first, events: Vec::new(), drawn: 0 };
        office.run(Command::MakeKeys(office.keys.public()));
        office.run(Command::CertifyDevice(office.keys.credential(DEVICE, NOON)));
        let details = BoxDetails {
            name: name("Entrance"),
            serial: SerialNumber::parse("LB-0042").expect("a serial number"),
            location: home,
            bins: BinNumber::new(4).expect("a bin"),
            virtual_box: false,
        };
        office.smartbox = BoxId(office.run(Command::AddBox(details)).id(0));
        let hour = |hour| TimeOfDay::new(hour, 0).expect("an hour");
        let details = KeyDetails { name: name("Flat 1"), home, check_in: hour(15), check_out: hour(11), class: None };
        office.key = KeyId(office.run(Command::AddKey(details)).id(0));
        office
    }

    pub fn run(&self, command: Command) -> Decision {
        block_on(self.desk.submit(&command, NOON, &self.zones)).expect("it is allowed")
    }

    /// Books the key; the booking, and its code.
    pub fn books(&self, who: &str, start: &str, end: &str) -> (BookingId, String) {
        let visitor = VisitorDetails { name: name(who), email: None, mobile: None, language: Language::default() };
        let booking = self.run(Command::MakeBooking(NewBooking {
            key: self.key,
            visitor: BookingVisitor::Described(visitor),
            right: RequestedRight::OneTime { start: wall(start), end: wall(end) },
            notes: None,
            reminder: false,
            overlap: Overlap::Allow,
            source: None,
            alias: None,
            notify: Notify::Nobody,
        }));
        let id = booking.booking().expect("a booking");
        let code = self.ledger(|ledger| ledger.booking(id).expect("there").code().digits().to_string());
        (id, code)
    }

    pub fn ledger<T>(&self, get: impl FnOnce(&Ledger) -> T) -> T {
        get(&self.desk.ledger())
    }

    pub fn author(&self) -> Author {
        self.keys.author(DEVICE, NOON)
    }

    /// Random enough for a test.
    fn draw(&mut self) -> [u8; 32] {
        self.drawn = self.drawn.wrapping_add(1);
        [self.drawn; 32]
    }

    /// Pairs the box.
    pub fn pairs(&mut self, smartbox: &mut SmartBox) -> Result<Status, Why> {
        let plan = PairingPlan { label: smartbox.label(), organization: self.keys.public(), drawn: self.draw() };
        block_on(pair(plan, smartbox.line(), self))
    }

    /// What the app plans for a visit.
    pub fn plan(&mut self) -> VisitPlan {
        let (by, answers) = (self.author(), self.draw());
        let plan = visits::plan(&self.desk.ledger(), self.smartbox, &self.zones, NOON, by, answers);
        VisitPlan { set_clock: Some(2_000), ..plan.expect("it is paired") }
    }

    /// Carries out a visit, and keeps what comes of it, as the app does.
    pub fn carries(&mut self, plan: VisitPlan, smartbox: &mut SmartBox) -> Result<VisitReport, Why> {
        let (report, end) = match block_on(carry(plan, smartbox.line(), self)) {
            Ok(report) => (report, Ok(())),
            Err(BrokenOff { report, why }) => (*report, Err(why)),
        };
        self.run(Command::KeepVisit(self.smartbox, visits::record(&report, NOON)));
        end.map(|()| report)
    }

    /// A visit as the app plans it, which comes to its end, and after which the box holds what it should.
    pub fn visits(&mut self, smartbox: &mut SmartBox) -> VisitReport {
        let plan = self.plan();
        let report = self.carries(plan, smartbox).expect("the visit comes to its end");
        assert_eq!(report.digest_agrees, Some(true), "the box says that it holds what it should");
        assert!(!report.log_restarted);
        report
    }

    fn submitted(&self, command: Command) -> Doing<'static, ()> {
        let done: Result<Decision, DeskError> = block_on(self.desk.submit(&command, NOON, &self.zones));
        Box::pin(ready(done.ok().map(drop)))
    }
}

impl Host for Office {
    fn now(&self) -> Instant {
        NOON
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        Some(self.draw())
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        Box::pin(ready(Some(self.keys.device.sign(what))))
    }

    fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()> {
        self.events.extend_from_slice(&events);
        self.submitted(Command::KeepEvents(self.smartbox, events, Some(chain)))
    }

    fn keep(&mut self, offered: Offered) -> Doing<'_, ()> {
        self.submitted(Command::PairBox(self.smartbox, offered.keys))
    }
}
