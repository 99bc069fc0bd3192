//! What the benchmark is about: two years of an organization, the same each time, as facts and as documents.
//!
//! The facts are in the order in which they would have been written: bookings are made, edited and revoked by the day, and
//! each box is visited once a day, which brings the exchanges of that day and confirms the grants.

use std::fmt::Write as _;

use latchbook::domain::code::{CodeDigits, CodeKey, CodeMaker};
use latchbook::domain::stamp::Stamp;
use latchbook::domain::time::{DAY_MS, HOUR_MS, Offset};
use latchbook::domain::{
    BinNumber, BookingCode, BookingId, BookingWindow, BoxDetails, BoxId, Channel, Date, DeviceId, EmailAddress, FactId,
    Instant, KeyDetails, KeyId, Language, LocationDetails, LocationId, MobileNumber, Name, Note, Right, SerialNumber,
    TimeOfDay, VisitorDetails, VisitorId, ZoneBook, ZoneName, ZoneRules,
};
use latchbook::journal::fact::{BookingChange, Confirmed, StatedPlace};
use latchbook::journal::port::Identity;
use latchbook::journal::{FactBody, Hlc, Particulars};
use latchbook::smartbox::protocol::{Event, LoggedEvent};

/// The moment at which everything is looked at: 2026-11-23T12:00:00Z.
pub const NOW: Instant = Instant::from_ms(1_795_435_200_000);
const SEED: u64 = 0x1A7C_4B00;
const MINUTE_MS: i64 = 60_000;
const LOCATIONS: usize = 20;
const BOOKINGS_PER_KEY: usize = 50;
/// When the organization began, before now: earlier than any booking was made.
const BEGAN_MS: i64 = 430 * DAY_MS;
/// When each box was visited last, before now. No exchange is later.
const LAST_VISIT_MS: i64 = 10 * MINUTE_MS;

/// One entry of the journal in the making: everything but its encoding and its place in the chain.
pub enum Item {
    Fact(FactId, Hlc, FactBody),
    Beside(Particulars),
}

/// The whole of it.
pub struct Plan {
    pub identity: Identity,
    pub items: Vec<Item>,
    locations: Vec<(LocationId, LocationDetails)>,
    boxes: Vec<(BoxId, BoxDetails)>,
    keys: Vec<(KeyId, KeyDetails, BoxId, BinNumber)>,
    bookings: Vec<Planned>,
    visitors: Vec<(VisitorId, VisitorDetails)>,
}

/// A booking's whole life.
struct Planned {
    key: usize,
    window: Option<(Date, i32)>,
    longer: bool,
    notes: Option<Note>,
    reminder: bool,
    id: BookingId,
    visitor: usize,
    code: Option<BookingCode>,
    made: Option<Stamp>,
    changed: Option<Stamp>,
    revoked: Option<Stamp>,
    delivered: Option<Instant>,
    exchanges: Vec<LoggedEvent>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Make(usize),
    Lengthen(usize),
    Revoke(usize),
    PickUp(usize),
    DropOff(usize),
    Visit(usize),
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `from` up to `to`, which is outside.
    fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.roll() % (to - from).max(1) as u64) as i64
    }

    fn percent(&mut self, chance: i64) -> bool {
        self.between(0, 100) < chance
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.between(0, from.len() as i64) as usize]
    }
}

const FIRST_NAMES: [&str; 40] = [
    "Amina",
    "Arjun",
    "Beatriz",
    "Björn",
    "Camille",
    "Chiara",
    "Conceição",
    "Dieter",
    "Duarte",
    "Elodie",
    "Emre",
    "Fatima",
    "Gavin",
    "Hana",
    "Henrik",
    "Inês",
    "Ivana",
    "Joris",
    "Katharina",
    "Kenji",
    "Leila",
    "Lucía",
    "Malik",
    "Marguerite",
    "Mateusz",
    "Nadia",
    "Noor",
    "Oskar",
    "Piero",
    "Priya",
    "Ruben",
    "Sanne",
    "Sofia",
    "Thomas",
    "Ursula",
    "Viktor",
    "Wanda",
    "Yara",
    "Zoë",
    "Åse",
];
const LAST_NAMES: [&str; 50] = [
    "Achterberg",
    "Almeida",
    "Andrade",
    "Bakker",
    "Bassani",
    "Bauer",
    "Bergström",
    "Brandt",
    "Castelo",
    "Chowdhury",
    "Costa",
    "Dubois",
    "Ekström",
    "Fernández",
    "Fischer",
    "Fontaine",
    "García",
    "Haddad",
    "Hansen",
    "Holt",
    "Iversen",
    "Jansen",
    "Kaya",
    "Kowalski",
    "Lavigne",
    "Lindqvist",
    "Marchand",
    "Moreau",
    "Mori",
    "Müller",
    "Nakamura",
    "Novak",
    "Okafor",
    "Olsen",
    "Osei",
    "Petrov",
    "Prates",
    "Quintana",
    "Rossi",
    "Santos",
    "Schneider",
    "Serrano",
    "Silva",
    "Tavares",
    "Tanaka",
    "van Dalen",
    "Vilaça",
    "Weber",
    "Yılmaz",
    "Žižek",
];
const NOTES: [&str; 8] = [
    "Late arrival; a cot in the bedroom.",
    "Comes back for the second half of the move.",
    "Meets the caretaker at the harbour for the key.",
    "Cleaning before check-in, please tell the visitor when it is done.",
    "Two cars; one parking permit is in the drawer.",
    "Paid on site.",
    "Speaks no English; the reminder goes to the daughter.",
    "Asked for a quiet room and an early check-in if possible. Called twice.",
];
const CITIES: [&str; 5] = ["Lisboa", "Porto", "Faro", "Coimbra", "Braga"];

pub fn zones() -> ZoneBook {
    let mut zones = ZoneBook::default();
    zones.insert(ZoneRules::fixed(utc(), Offset(0)));
    zones
}

pub fn utc() -> ZoneName {
    ZoneName::parse("UTC").expect("a zone's name")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

const fn time(hour: u16) -> TimeOfDay {
    TimeOfDay::new(hour, 0).expect("a time")
}

const CHECK_IN: TimeOfDay = time(15);
const CHECK_OUT: TimeOfDay = time(11);

impl Planned {
    fn window(&self, longer: bool) -> Option<BookingWindow> {
        let (first, days) = self.window?;
        let end = first.plus_days(days + i32::from(longer)).at(CHECK_OUT);
        let utc = ZoneRules::fixed(utc(), Offset(0));
        Some(BookingWindow::new(first.at(CHECK_IN), end, &utc).expect("it ends after it begins"))
    }

    fn right(&self, longer: bool) -> Right {
        self.window(longer).map_or(Right::Ongoing, Right::OneTime)
    }

    fn instants(&self) -> Option<(Instant, Instant)> {
        self.window(self.changed.is_some()).map(|w| (w.start().as_utc(), w.end().as_utc()))
    }
}

/// What is kept while the facts are written.
struct Writer {
    device: DeviceId,
    clock: Hlc,
    counter: u32,
    items: Vec<Item>,
}

impl Writer {
    fn at(&mut self, at: Instant) {
        self.clock = self.clock.tick(at);
    }

    fn fact(&mut self, body: FactBody) -> FactId {
        self.counter += 1;
        let id = FactId::new(self.device, self.counter);
        self.items.push(Item::Fact(id, self.clock, body));
        id
    }

    fn stamp(&self, by: FactId) -> Stamp {
        Stamp { clock: self.clock.to_bits(), by }
    }
}

impl Plan {
    /// As many bookings as that, rounded up to a whole number of keys.
    pub fn new(bookings: usize) -> Self {
        let mut dice = Dice(SEED);
        let device = DeviceId(0x5EED_0001);
        let writer = Writer { device, clock: Hlc::default(), counter: 0, items: Vec::with_capacity(bookings * 4) };
        let mut plan = Building {
            writer,
            locations: Vec::new(),
            boxes: Vec::new(),
            keys: Vec::new(),
            bookings: Vec::with_capacity(bookings),
            visitors: Vec::new(),
            course: Vec::new(),
            waiting: vec![Vec::new(); LOCATIONS],
            unconfirmed: vec![Vec::new(); LOCATIONS],
            numbers: [0; LOCATIONS],
            codes: CodeMaker::new(&CodeKey::new([7; 32]), CodeDigits::default()),
            issued: 0,
        };
        plan.things(bookings.div_ceil(BOOKINGS_PER_KEY));
        plan.lives(&mut dice);
        plan.visits();
        plan.course.sort_unstable();
        for (at, what) in std::mem::take(&mut plan.course) {
            plan.step(at, what, &mut dice);
        }
        Self {
            identity: Identity { device, codes: CodeKey::new([7; 32]) },
            items: plan.writer.items,
            locations: plan.locations,
            boxes: plan.boxes,
            keys: plan.keys,
            bookings: plan.bookings,
            visitors: plan.visitors,
        }
    }
}

struct Building {
    writer: Writer,
    locations: Vec<(LocationId, LocationDetails)>,
    boxes: Vec<(BoxId, BoxDetails)>,
    keys: Vec<(KeyId, KeyDetails, BoxId, BinNumber)>,
    bookings: Vec<Planned>,
    visitors: Vec<(VisitorId, VisitorDetails)>,
    course: Vec<(Instant, What)>,
    /// For each box, exchanges it has recorded and nobody has read.
    waiting: Vec<Vec<(usize, LoggedEvent)>>,
    /// For each box, bookings it does not know in their newest version.
    unconfirmed: Vec<Vec<usize>>,
    numbers: [u64; LOCATIONS],
    codes: CodeMaker,
    issued: u64,
}

impl Building {
    /// Locations with one box each, and the keys.
    fn things(&mut self, keys: usize) {
        let writer = &mut self.writer;
        writer.at(NOW.plus_ms(-BEGAN_MS));
        writer.fact(FactBody::OrganizationFounded {
            name: name("Harbour Stays"),
            digits: CodeDigits::default(),
            device: name("Front desk"),
        });
        for number in 1..=LOCATIONS {
            let details = LocationDetails {
                name: name(&format!("House {number}")),
                address: Note::parse(&format!("Rua do Cais {number}, {}", CITIES[number % CITIES.len()])).ok(),
                zone: utc(),
                hours: Note::parse("09:00–19:00").ok(),
                directions: None,
            };
            let id = LocationId(writer.fact(FactBody::LocationAdded { details: details.clone() }));
            self.locations.push((id, details));
        }
        for (number, (location, _)) in (1..).zip(&self.locations) {
            let details = BoxDetails {
                name: name(&format!("Entrance {number}")),
                serial: SerialNumber::parse(&format!("LB-{number:04}")).expect("a serial number"),
                location: *location,
                bins: BinNumber::new(BinNumber::MOST).expect("a bin"),
                virtual_box: false,
            };
            let id = BoxId(writer.fact(FactBody::BoxAdded { details: details.clone() }));
            self.boxes.push((id, details));
        }
        for number in 0..keys {
            let home = number % LOCATIONS;
            let details = KeyDetails {
                name: name(&format!("Flat {}", number + 1)),
                home: self.locations[home].0,
                check_in: CHECK_IN,
                check_out: CHECK_OUT,
                class: None,
            };
            let key = KeyId(writer.fact(FactBody::KeyAdded { details: details.clone() }));
            let bin = BinNumber::new((number / LOCATIONS % 99 + 1) as u8).expect("a bin");
            let smartbox = self.boxes[home].0;
            writer.fact(FactBody::KeyStated { key, place: StatedPlace::InBin(smartbox, bin) });
            self.keys.push((key, details, smartbox, bin));
        }
    }

    /// What will happen to each booking, and when.
    fn lives(&mut self, dice: &mut Dice) {
        let today = Date::from_ymd(2026, 11, 23).expect("a date");
        let read_until = NOW.plus_ms(-LAST_VISIT_MS - 5 * MINUTE_MS);
        for key in 0..self.keys.len() {
            let mut out = false;
            for turn in 0..BOOKINGS_PER_KEY as i64 {
                let slot = -365 + turn * 730 / BOOKINGS_PER_KEY as i64;
                let days = dice.between(1, 10);
                let first = today.plus_days((slot + dice.between(0, 13 - days)) as i32);
                let ongoing = dice.percent(1);
                let (start, index) = (first.at(CHECK_IN).as_utc(), self.bookings.len());
                let booked = start.plus_ms(-dice.between(DAY_MS, 60 * DAY_MS)).min(ago(dice, 30 * DAY_MS));
                let decided = start.min(NOW);
                let at_some_time = |dice: &mut Dice| Instant::from_ms(dice.between(booked.ms() + 1, decided.ms()));
                let revoked = dice.percent(4);
                let longer = !ongoing && !revoked && dice.percent(6);
                let mut end = first.plus_days(days as i32).at(CHECK_OUT).as_utc();
                self.course.push((booked, What::Make(index)));
                if longer {
                    self.course.push((at_some_time(dice), What::Lengthen(index)));
                    end = end.plus_ms(DAY_MS);
                }
                if revoked {
                    self.course.push((at_some_time(dice), What::Revoke(index)));
                }
                let taken = start.plus_ms(dice.between(5 * MINUTE_MS, 6 * HOUR_MS));
                let returned = end.plus_ms(dice.between(-2 * HOUR_MS, 3 * HOUR_MS));
                let last = slot + 730 / BOOKINGS_PER_KEY as i64 > 0;
                if !ongoing && !revoked && !out && taken < read_until && dice.percent(97) {
                    self.course.push((taken, What::PickUp(index)));
                    out = returned >= read_until || last && dice.percent(20);
                    if !out {
                        self.course.push((returned, What::DropOff(index)));
                    }
                }
                self.bookings.push(Planned {
                    key,
                    window: (!ongoing).then_some((first, days as i32)),
                    longer,
                    notes: dice.percent(30).then(|| Note::parse(dice.pick::<&str>(&NOTES)).expect("a note")),
                    reminder: dice.percent(50),
                    id: BookingId(FactId::from_bits(0)),
                    visitor: 0,
                    code: None,
                    made: None,
                    changed: None,
                    revoked: None,
                    delivered: None,
                    exchanges: Vec::new(),
                });
            }
        }
    }

    /// Each box once a day, and a last time just now.
    fn visits(&mut self) {
        for day in 0..BEGAN_MS / DAY_MS {
            for smartbox in 0..LOCATIONS {
                let at = NOW.plus_ms(day * DAY_MS - BEGAN_MS + (3 * 60 + smartbox as i64) * MINUTE_MS);
                self.course.push((at, What::Visit(smartbox)));
            }
        }
        self.course.extend((0..LOCATIONS).map(|smartbox| (NOW.plus_ms(-LAST_VISIT_MS), What::Visit(smartbox))));
    }

    fn step(&mut self, at: Instant, what: What, dice: &mut Dice) {
        self.writer.at(at);
        match what {
            What::Make(index) => self.make(index, dice),
            What::Lengthen(index) => {
                let booking = &mut self.bookings[index];
                let change = BookingChange {
                    window: booking.window(booking.longer),
                    key: Some(self.keys[booking.key].0),
                    ..BookingChange::default()
                };
                let fact = self.writer.fact(FactBody::BookingChanged { booking: booking.id, change });
                booking.changed = Some(self.writer.stamp(fact));
                self.unconfirmed[booking.key % LOCATIONS].push(index);
            }
            What::Revoke(index) => {
                let booking = &mut self.bookings[index];
                let fact = self.writer.fact(FactBody::BookingRevoked { booking: booking.id });
                booking.revoked = Some(self.writer.stamp(fact));
                self.unconfirmed[booking.key % LOCATIONS].push(index);
            }
            What::PickUp(index) => {
                let grant = self.bookings[index].id.0;
                self.record(index, at, |key, bin| Event::PickUp { grant, key, bin });
            }
            What::DropOff(index) => self.record(index, at, |key, bin| Event::DropOff { key, bin }),
            What::Visit(smartbox) => self.visit(smartbox, at),
        }
    }

    fn make(&mut self, index: usize, dice: &mut Dice) {
        let known = !self.visitors.is_empty() && dice.percent(40);
        let visitor = if known { dice.between(0, self.visitors.len() as i64) as usize } else { self.visitor(dice) };
        let (visitor_id, channel) = (self.visitors[visitor].0, self.visitors[visitor].1.channel());
        let booking = &mut self.bookings[index];
        let code = self.codes.derive(self.issued);
        let fact = self.writer.fact(FactBody::BookingMade {
            key: self.keys[booking.key].0,
            visitor: visitor_id,
            right: booking.right(false),
            code,
            serial: Some(self.issued),
            channel,
            reminder: booking.reminder,
            overlap: false,
            source: None,
            alias: None,
            on: None,
        });
        self.issued += 1;
        let stamp = self.writer.stamp(fact);
        (booking.id, booking.visitor, booking.code, booking.made) = (BookingId(fact), visitor, Some(code), Some(stamp));
        if booking.notes.is_some() {
            let notes = Particulars::Notes { booking: booking.id, stamp, notes: booking.notes.clone() };
            self.writer.items.push(Item::Beside(notes));
        }
        self.unconfirmed[booking.key % LOCATIONS].push(index);
    }

    fn visitor(&mut self, dice: &mut Dice) -> usize {
        let (first, last) = (dice.pick(&FIRST_NAMES), dice.pick(&LAST_NAMES));
        let number = self.visitors.len();
        let reached = dice.between(0, 100);
        let email = (reached < 70).then(|| {
            let local: String = format!("{first}.{last}").chars().filter(char::is_ascii_alphanumeric).collect();
            EmailAddress::parse(&format!("{}{number}@example.com", local.to_lowercase())).expect("an address")
        });
        let mobile = (50..95)
            .contains(&reached)
            .then(|| MobileNumber::parse(&format!("+447700{number:06}")).expect("a mobile number"));
        let details = VisitorDetails {
            name: name(&format!("{first} {last}")),
            email,
            mobile,
            language: *dice.pick(&Language::ALL),
        };
        let id = VisitorId(self.writer.fact(FactBody::VisitorAdded {}));
        let stamp = self.writer.stamp(id.0);
        let particulars = Particulars::Visitor { visitor: id, stamp, details: Some(details.clone()) };
        self.writer.items.push(Item::Beside(particulars));
        self.visitors.push((id, details));
        number
    }

    fn record(&mut self, index: usize, at: Instant, event: impl FnOnce(KeyId, BinNumber) -> Event) {
        let key = self.bookings[index].key;
        let (id, _, _, bin) = &self.keys[key];
        let smartbox = key % LOCATIONS;
        self.numbers[smartbox] += 1;
        self.waiting[smartbox]
            .push((index, LoggedEvent { number: self.numbers[smartbox], at, event: event(*id, *bin) }));
    }

    fn visit(&mut self, smartbox: usize, at: Instant) {
        let id = self.boxes[smartbox].0;
        for (index, event) in std::mem::take(&mut self.waiting[smartbox]) {
            self.writer.fact(FactBody::BoxReported { smartbox: id, event: event.clone(), chain: None });
            self.bookings[index].exchanges.push(event);
        }
        let told = std::mem::take(&mut self.unconfirmed[smartbox]);
        let confirmed = told.into_iter().filter_map(|index| {
            let booking = &mut self.bookings[index];
            booking.delivered = Some(at);
            let stamp = booking.made.max(booking.changed).max(booking.revoked)?;
            Some(Confirmed { grant: booking.id.0, stamp })
        });
        let confirmed = confirmed.collect();
        let visit = FactBody::BoxVisited {
            smartbox: id,
            confirmed,
            clock: at,
            lost: Vec::new(),
            refused: Vec::new(),
            pairing: None,
            barred: None,
            carried: None,
        };
        self.writer.fact(visit);
    }
}

/// Some time before now.
fn ago(dice: &mut Dice, most: i64) -> Instant {
    NOW.plus_ms(-dice.between(30 * MINUTE_MS, most))
}

/// What the lookups ask for: the identity, the key and the code of one booking.
impl Plan {
    pub fn sample(&self) -> String {
        let booking = &self.bookings[self.bookings.len() / 2];
        let code = booking.code.map(BookingCode::digits).unwrap_or_default();
        format!(r#"{{"id":"{}","key":"{}","code":"{code}"}}"#, booking.id, self.keys[booking.key].0)
    }

    /// The same as documents: one for each booking with all that belongs to it, and one for each key, box and location.
    pub fn documents(&self) -> String {
        let mut out = String::with_capacity(self.bookings.len() * 600);
        out.push_str("{\"bookings\":[");
        self.bookings(&mut out).expect("writing to memory does not fail");
        out.push_str("],\"keys\":[");
        for (index, (id, key, smartbox, bin)) in self.keys.iter().enumerate() {
            comma(&mut out, index);
            let (name, home) = (key.name.as_str(), key.home);
            let _ = write!(
                out,
                r#"{{"id":"{id}","name":"{name}","home":"{home}","checkIn":"{}","checkOut":"{}","box":"{smartbox}","bin":{bin}}}"#,
                key.check_in, key.check_out,
            );
        }
        out.push_str("],\"boxes\":[");
        for (index, (id, details)) in self.boxes.iter().enumerate() {
            comma(&mut out, index);
            let BoxDetails { name, serial, location, bins, virtual_box } = details;
            let _ = write!(
                out,
                r#"{{"id":"{id}","name":"{name}","serial":"{serial}","location":"{location}","bins":{bins},"virtual":{virtual_box}}}"#,
            );
        }
        out.push_str("],\"locations\":[");
        for (index, (id, details)) in self.locations.iter().enumerate() {
            comma(&mut out, index);
            let text = |note: &Option<Note>| note.as_ref().map_or("", Note::as_str).to_owned();
            let (address, hours) = (text(&details.address), text(&details.hours));
            let (name, zone) = (&details.name, &details.zone);
            let _ = write!(
                out,
                r#"{{"id":"{id}","name":"{name}","address":"{address}","zone":"{zone}","hours":"{hours}"}}"#
            );
        }
        out.push_str("]}");
        out
    }

    fn bookings(&self, out: &mut String) -> std::fmt::Result {
        for (index, booking) in self.bookings.iter().enumerate() {
            comma(out, index);
            let (visitor, details) = &self.visitors[booking.visitor];
            let (key, _, smartbox, _) = &self.keys[booking.key];
            let code = booking.code.map(BookingCode::digits).unwrap_or_default();
            write!(out, r#"{{"id":"{}","key":"{key}","code":"{code}""#, booking.id)?;
            write!(out, r#","visitor":{{"id":"{visitor}","name":"{}""#, details.name)?;
            if let Some(email) = &details.email {
                write!(out, r#","email":"{}""#, email.as_str())?;
            }
            if let Some(mobile) = &details.mobile {
                write!(out, r#","mobile":"{}""#, mobile.as_str())?;
            }
            write!(out, r#","language":"{}"}}"#, details.language.tag())?;
            if let Some((start, end)) = booking.instants() {
                write!(out, r#","start":{},"end":{}"#, start.ms(), end.ms())?;
            }
            match details.channel() {
                Some(Channel::Email) => out.push_str(r#","channel":"email""#),
                Some(Channel::Sms) => out.push_str(r#","channel":"sms""#),
                None => {}
            }
            write!(out, r#","reminder":{},"overlap":false"#, booking.reminder)?;
            if let Some(notes) = &booking.notes {
                write!(out, r#","notes":"{notes}""#)?;
            }
            for (field, stamp) in [("made", booking.made), ("changed", booking.changed), ("revoked", booking.revoked)] {
                if let Some(stamp) = stamp {
                    write!(out, r#","{field}":{}"#, Hlc::from_bits(stamp.clock).time().ms())?;
                }
            }
            if let Some(at) = booking.delivered {
                write!(out, r#","delivered":{{"box":"{smartbox}","at":{}}}"#, at.ms())?;
            }
            out.push_str(r#","exchanges":["#);
            for (index, LoggedEvent { number, at, event }) in booking.exchanges.iter().enumerate() {
                comma(out, index);
                let (what, bin) = match event {
                    Event::PickUp { bin, .. } => ("out", bin),
                    Event::DropOff { bin, .. } => ("back", bin),
                    _ => continue,
                };
                let at = at.ms();
                write!(out, r#"{{"what":"{what}","at":{at},"box":"{smartbox}","bin":{bin},"number":{number}}}"#)?;
            }
            out.push_str("]}");
        }
        Ok(())
    }
}

fn comma(out: &mut String, index: usize) {
    if index > 0 {
        out.push(',');
    }
}
