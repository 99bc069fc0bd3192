//! A small organization to try things with: made through the same commands as any other, three weeks up to now.

use super::command::{
    BookingVisitor, Command, NewAlias, NewBooking, Notify, Overlap, Refusal, RequestedRight, RequestedStay,
};
use super::desk::{Desk, DeskError};
use super::fact::{MessageState, StatedPlace, Subject};
use super::port::{Identity, Journal};
use super::visits;
use crate::collections::{Table, sort_by};
use crate::domain::code::CodeDigits;
use crate::domain::time::Resolved;
use crate::domain::{
    AliasId, BinNumber, BookingCode, BookingId, BoxDetails, BoxId, EmailAddress, FactId, Instant, KeyDetails, KeyId,
    Language, LocationDetails, LocationId, MessageId, MobileNumber, Name, Note, SendFailure, SerialNumber, TimeOfDay,
    VisitorDetails, WallTime, ZoneBook, ZoneName, ZoneRules,
};
use crate::smartbox::envelope::{FoundingKeys, Signature, ToSign};
use crate::smartbox::protocol::Digest;
use crate::smartbox::{
    Author, Button, Doing, Host, Input, LoggedEvent, Made, Offered, Output, PairingPlan, Random, ReferenceBox,
    VirtualLink, carry, pair,
};

/// The zones of the sample's locations, whose rules [`found_sample`] needs.
pub const SAMPLE_ZONES: [&str; 2] = ["Europe/Lisbon", "Atlantic/Azores"];

/// Begins an organization with sample data: two locations, two virtual boxes, ten keys, bookings around `now` in every
/// state there is, alias codes of each, and what their visitors were told. Everything happened in the three weeks before `now`.
///
/// # Errors
/// As [`Desk::found`]: [`Refusal::AlreadyFounded`] when there is an organization; [`Refusal::UnknownZone`] when the rules of
/// [`SAMPLE_ZONES`] are not handed in.
pub async fn found_sample<J: Journal>(
    desk: &Desk<J>,
    identity: Identity,
    keys: &FoundingKeys,
    draw: &mut dyn FnMut() -> Random,
    now: Instant,
    zones: &ZoneBook,
) -> Result<Vec<ReferenceBox>, DeskError> {
    for zone in SAMPLE_ZONES.map(sample_zone) {
        if zones.get(&zone).is_none() {
            return Err(Refusal::UnknownZone(zone).into());
        }
    }
    let mut story = Story {
        desk,
        zones,
        now,
        by: keys.author(identity.device, now),
        signs: keys,
        draw,
        keys: Vec::new(),
        boxes: Vec::new(),
        bookings: Table::default(),
        aliases: Table::default(),
    };
    story.begin(identity).await?;
    let mut course = story.course();
    sort_by(&mut course, |one, other| one.0.cmp(&other.0));
    for (at, step) in course {
        story.step(at, step).await?;
    }
    Ok(story.boxes.into_iter().map(|(_, device)| device).collect())
}

/// A day, counted from today, and a time.
type Moment = (i32, u16, u16);

struct SampleKey {
    name: &'static str,
    /// Which of [`SAMPLE_ZONES`] it lives in.
    home: usize,
    check_in: u16,
    check_out: u16,
    /// Its box and bin.
    place: Option<(usize, u8)>,
    class: Option<&'static str>,
}

const fn flat(name: &'static str, bin: u8) -> SampleKey {
    SampleKey { name, home: 0, check_in: 15, check_out: 11, place: Some((0, bin)), class: None }
}

const fn car(name: &'static str, bin: u8) -> SampleKey {
    SampleKey { name, home: 0, check_in: 9, check_out: 18, place: Some((1, bin)), class: Some(COMPACT) }
}

/// The class of the cars: whoever is promised one gets any of them.
const COMPACT: &str = "Compact";

const FLAT_1: usize = 0;
const FLAT_2: usize = 1;
const FLAT_3: usize = 2;
const VAN_3: usize = 3;
const LOFT_4: usize = 4;
const CELLAR: usize = 5;
const SEA_HOUSE: usize = 6;

/// Loft 4 has no one-time booking, so that a calendar can be imported for it with nothing in the way.
const KEYS: [SampleKey; 10] = [
    flat("Flat 1", 1),
    flat("Flat 2", 2),
    flat("Flat 3", 3),
    SampleKey { name: "Van 3", home: 0, check_in: 8, check_out: 20, place: Some((0, 4)), class: None },
    SampleKey { name: "Loft 4", home: 0, check_in: 15, check_out: 11, place: Some((1, 1)), class: None },
    SampleKey { name: "Cellar", home: 0, check_in: 9, check_out: 18, place: Some((1, 2)), class: None },
    SampleKey { name: "Sea House", home: 1, check_in: 16, check_out: 10, place: None, class: None },
    SampleKey { name: "Boat Shed", home: 1, check_in: 9, check_out: 18, place: None, class: None },
    car("Car 6", 3),
    car("Car 7", 4),
];

/// Name, serial number, bins.
const BOXES: [(&str, &str, u8); 2] = [("Alfama Entrance", "LB-0101", 12), ("Alfama Courtyard", "LB-0102", 6)];

struct Stay {
    key: usize,
    /// Name, e-mail address, mobile number, language. Nobody there is has them.
    who: (&'static str, Option<&'static str>, Option<&'static str>, Language),
    /// Start and end; none for an ongoing access.
    times: Option<(Moment, Moment)>,
    /// None when it was just now.
    made: Option<Moment>,
    picked_up: Option<Moment>,
    dropped_off: Option<Moment>,
    revoked: Option<When>,
    notes: &'static str,
    reminder: bool,
    /// How far the access instructions have come; those of a booking that was made just now are still to do.
    told: MessageState,
}

#[derive(Clone, Copy)]
enum When {
    At(Moment),
    JustNow,
}

const fn stay(
    key: usize,
    who: (&'static str, Option<&'static str>, Option<&'static str>, Language),
    times: Option<(Moment, Moment)>,
    made: Option<Moment>,
) -> Stay {
    let told = MessageState::Sent;
    Stay { key, who, times, made, picked_up: None, dropped_off: None, revoked: None, notes: "", reminder: false, told }
}

impl Stay {
    const fn taken(self, picked_up: Moment, dropped_off: Option<Moment>) -> Self {
        Self { picked_up: Some(picked_up), dropped_off, ..self }
    }

    const fn revoked(self, when: When) -> Self {
        Self { revoked: Some(when), ..self }
    }

    const fn noted(self, notes: &'static str) -> Self {
        Self { notes, ..self }
    }

    const fn reminded(self) -> Self {
        Self { reminder: true, ..self }
    }

    const fn told(self, told: MessageState) -> Self {
        Self { told, ..self }
    }
}

const STAYS: [Stay; 18] = [
    stay(
        FLAT_1,
        ("Marguerite Lavigne", Some("marguerite.lavigne@example.com"), None, Language::Fr),
        Some(((-12, 15, 0), (-9, 11, 0))),
        Some((-18, 10, 12)),
    )
    .taken((-12, 16, 5), Some((-9, 10, 20))),
    stay(
        FLAT_3,
        ("Joris van Dalen", Some("joris.vandalen@example.com"), None, Language::Nl),
        Some(((-9, 15, 0), (-5, 11, 0))),
        Some((-17, 9, 40)),
    )
    .taken((-9, 15, 22), Some((-5, 10, 51))),
    stay(LOFT_4, ("Conceição Prates", None, Some("+447700900118"), Language::Pt), None, Some((-16, 11, 5)))
        .taken((-3, 9, 2), Some((-3, 12, 47)))
        .noted("Cleaning, Tuesdays and Fridays."),
    stay(CELLAR, ("Duarte Vilaça", Some("duarte.vilaca@example.com"), None, Language::Pt), None, Some((-16, 11, 20)))
        .noted("Boiler and water meter."),
    stay(
        VAN_3,
        ("Inês Tavares", Some("ines.tavares@example.com"), None, Language::Pt),
        Some(((-4, 8, 30), (-4, 18, 30))),
        Some((-11, 14, 31)),
    )
    .taken((-4, 8, 41), Some((-4, 18, 12))),
    stay(
        FLAT_2,
        ("Oskar Lindqvist", Some("oskar.lindqvist@example.com"), Some("+447700900142"), Language::En),
        Some(((-6, 15, 0), (-1, 11, 0))),
        Some((-13, 16, 48)),
    )
    .taken((-6, 15, 31), None)
    .reminded(),
    stay(
        FLAT_1,
        ("Hana Mori", Some("hana.mori@example.com"), None, Language::Ja),
        Some(((-2, 15, 0), (2, 11, 0))),
        Some((-10, 8, 55)),
    )
    .taken((-2, 17, 42), None)
    .reminded(),
    stay(
        VAN_3,
        ("Ruben Castelo", None, Some("+447700900176"), Language::Es),
        Some(((-1, 8, 30), (1, 18, 30))),
        Some((-7, 12, 3)),
    )
    .taken((-1, 8, 45), Some((-1, 16, 30)))
    .noted("Comes back for the second half of the move."),
    stay(
        FLAT_3,
        ("Katharina Brandt", Some("katharina.brandt@example.com"), None, Language::De),
        Some(((-1, 15, 0), (3, 11, 0))),
        Some((-8, 19, 16)),
    )
    .noted("Late arrival; a cot in the bedroom."),
    stay(
        SEA_HOUSE,
        ("Piero Bassani", Some("piero.bassani@example.com"), None, Language::It),
        Some(((-3, 16, 0), (2, 10, 0))),
        Some((-9, 17, 24)),
    )
    .noted("Meets the caretaker at the harbour for the key."),
    stay(
        FLAT_2,
        ("Amina Osei", None, Some("+447700900125"), Language::En),
        Some(((1, 15, 0), (4, 11, 0))),
        Some((-6, 9, 30)),
    )
    .reminded(),
    stay(
        VAN_3,
        ("Inês Tavares", Some("ines.tavares@example.com"), None, Language::Pt),
        Some(((2, 8, 30), (2, 18, 30))),
        Some((-4, 18, 40)),
    ),
    stay(
        FLAT_1,
        ("Lucía Serrano", Some("lucia.serrano@example.com"), None, Language::Es),
        Some(((3, 15, 0), (7, 11, 0))),
        Some((-5, 13, 7)),
    )
    .reminded(),
    stay(
        SEA_HOUSE,
        ("Noor Bakker", Some("noor.bakker@example.com"), None, Language::Nl),
        Some(((3, 16, 0), (8, 10, 0))),
        Some((-3, 20, 2)),
    )
    .told(MessageState::HandedOver),
    stay(
        FLAT_3,
        ("Thomas Achterberg", None, Some("+447700900163"), Language::De),
        Some(((5, 15, 0), (8, 11, 0))),
        Some((-3, 11, 34)),
    )
    .told(MessageState::GivenUp { why: SendFailure::NotSent }),
    stay(
        FLAT_2,
        ("Elodie Marchand", Some("elodie.marchand@example.com"), None, Language::Fr),
        Some(((6, 15, 0), (9, 11, 0))),
        Some((-7, 10, 9)),
    )
    .revoked(When::At((-4, 9, 15)))
    .noted("Cancelled by the guest."),
    stay(
        FLAT_3,
        ("Gavin Holt", Some("gavin.holt@example.com"), None, Language::En),
        Some(((10, 15, 0), (12, 11, 0))),
        Some((-5, 15, 50)),
    )
    .revoked(When::JustNow),
    stay(
        FLAT_1,
        ("Sofia Andrade", Some("sofia.andrade@example.com"), None, Language::Pt),
        Some(((9, 15, 0), (12, 11, 0))),
        None,
    ),
];

struct Expected {
    /// Name and e-mail address.
    who: (&'static str, &'static str, Language),
    /// Digits that somebody chose.
    code: Option<&'static str>,
    /// When the visitor is expected in the first location, and with which class of key they will be content.
    stay: Option<(Moment, Moment, &'static str)>,
    made: Moment,
    /// The stay whose booking it is linked to, and when it was.
    linked: Option<(usize, Moment)>,
    retired: Option<Moment>,
}

/// One that waits for the arrival, one that is a booking's code, one that is retired.
const ALIASES: [Expected; 3] = [
    Expected {
        who: ("Yasmin Haddad", "yasmin.haddad@example.com", Language::Fr),
        code: None,
        stay: Some(((1, 9, 0), (4, 18, 0), COMPACT)),
        made: (-5, 16, 20),
        linked: None,
        retired: None,
    },
    Expected {
        who: ("Lucía Serrano", "lucia.serrano@example.com", Language::Es),
        code: Some("730526"),
        stay: None,
        made: (-8, 11, 45),
        linked: Some((12, (-5, 13, 9))),
        retired: None,
    },
    Expected {
        who: ("Bram Hoekstra", "bram.hoekstra@example.com", Language::Nl),
        code: None,
        stay: None,
        made: (-15, 9, 30),
        linked: None,
        retired: Some((-9, 17, 5)),
    },
];

/// When a device was last at the boxes, before now.
const LAST_VISIT_MS: i64 = 25 * 60_000;
/// When the revocation that no box knows of yet was decided, before now.
const JUST_REVOKED_MS: i64 = 12 * 60_000;
/// When the booking that no box knows of yet was made, before now.
const JUST_MADE_MS: i64 = 4 * 60_000;
/// How long after a message was made somebody sent it by hand.
const SENT_AFTER_MS: i64 = 3 * 60_000;
/// When the return key reminder of the booking that is overdue was due.
const REMINDED: Moment = (-1, 9, 0);
/// The day on which everything began.
const FIRST_DAY: i32 = -21;

enum Step {
    Make(usize),
    /// The access instructions of a booking go out, or don't: by its place in [`STAYS`].
    Tell(usize),
    /// The return key reminders that are due are made, and go out.
    Remind,
    PickUp(usize),
    DropOff(usize),
    Revoke(usize),
    /// An alias code is issued, sent, linked, retired: by its place in [`ALIASES`].
    Issue(usize),
    TellCode(usize),
    Link(usize),
    Retire(usize),
    /// Somebody tries a code before its time.
    TooEarly(usize),
    /// Somebody types a code that is none.
    Mistype,
    Visit,
}

struct Story<'a, J> {
    desk: &'a Desk<J>,
    zones: &'a ZoneBook,
    now: Instant,
    by: Author,
    signs: &'a FoundingKeys,
    draw: &'a mut dyn FnMut() -> Random,
    keys: Vec<KeyId>,
    boxes: Vec<(BoxId, ReferenceBox)>,
    /// By the stay's place in [`STAYS`].
    bookings: Table<usize, BookingId>,
    /// By their places in [`ALIASES`].
    aliases: Table<usize, AliasId>,
}

impl<'a, J: Journal> Story<'a, J> {
    async fn submit(&self, at: Instant, command: Command) -> Result<FactId, DeskError> {
        Ok(self.desk.submit(&command, at, self.zones).await?.id(0))
    }

    /// Random bytes that are used once.
    fn drawn(&mut self) -> [u8; 32] {
        let drawn = (self.draw)();
        std::array::from_fn(|n| drawn[n])
    }

    fn host(&mut self, id: BoxId, at: Instant) -> StoryHost<'a, J> {
        let sealing = self.drawn();
        StoryHost { desk: self.desk, zones: self.zones, signs: self.signs, id, at, sealing, sealed: 0, failure: None }
    }

    /// What a box's maker draws.
    fn made(&mut self) -> [u8; 80] {
        let (one, other) = ((self.draw)(), (self.draw)());
        std::array::from_fn(|n| if n < one.len() { one[n] } else { other[n - one.len()] })
    }

    fn rules(&self, home: usize) -> &ZoneRules {
        self.zones.get(&sample_zone(SAMPLE_ZONES[home])).expect("looked for at the beginning")
    }

    /// The wall time of a moment at a location; the next one there is, where the clocks skip it.
    fn wall(&self, home: usize, (day, hour, minute): Moment) -> WallTime {
        let rules = self.rules(home);
        let wall = rules.wall(self.now).date().plus_days(day).at(time(hour, minute));
        match rules.resolve(wall) {
            Resolved::Skipped(gap) => gap.after,
            _ => wall,
        }
    }

    fn at(&self, moment: Moment) -> Instant {
        self.rules(0).start(self.wall(0, moment)).unwrap_or_else(|gap| gap.at)
    }

    /// Locations, boxes and keys, and the keys put into their bins.
    async fn begin(&mut self, identity: Identity) -> Result<(), DeskError> {
        let first = self.at((FIRST_DAY, 9, 0));
        let at = |minute: i64| first.plus_ms(minute * 60_000);
        let location = |home: usize, called: &str, address: &str| LocationDetails {
            name: name(called),
            address: note(address),
            zone: sample_zone(SAMPLE_ZONES[home]),
            hours: note("09:00–19:00"),
            directions: None,
        };
        let found = Command::Found {
            name: name("Harbour Stays"),
            digits: CodeDigits::default(),
            device: name("Front desk"),
            location: location(0, "Alfama", "Rua do Cais 12, Lisboa"),
        };
        let founded = self.desk.found(identity, &found, at(0), self.zones).await?;
        self.by = self.signs.author(self.by.device, first);
        self.submit(at(1), Command::MakeKeys(self.signs.public())).await?;
        self.submit(at(1), Command::CertifyDevice(self.by.credential.clone())).await?;
        let second = location(1, "Ponta Delgada", "Rua do Farol 3, Ponta Delgada");
        let second = self.submit(at(4), Command::AddLocation(second)).await?;
        let homes = [LocationId(founded.id(1)), LocationId(second)];

        let mut boxes = Vec::new();
        for (called, serial, bins) in BOXES {
            let details = BoxDetails {
                name: name(called),
                serial: SerialNumber::parse(serial).expect("a serial number"),
                location: homes[0],
                bins: bin(bins),
                virtual_box: true,
            };
            let id = BoxId(self.submit(at(10), Command::AddBox(details)).await?);
            let serial = SerialNumber::parse(serial).expect("a serial number");
            let mut device = ReferenceBox::new(&Made::from_random(serial, &self.made()), bin(bins), at(12));
            let plan = PairingPlan { label: device.label(), organization: self.signs.public(), drawn: self.drawn() };
            let mut host = self.host(id, at(12));
            let paired = pair(plan, &mut VirtualLink::new(&mut device, at(12), self.draw), &mut host).await;
            // The box is here, new, and keeps to the protocol: only the desk can fail.
            if let (Err(_), Some(error)) = (paired, host.failure) {
                return Err(error);
            }
            boxes.push((id, device));
        }
        let mut keys = Vec::new();
        for key in &KEYS {
            let details = KeyDetails {
                name: name(key.name),
                home: homes[key.home],
                check_in: time(key.check_in, 0),
                check_out: time(key.check_out, 0),
                class: key.class.map(name),
            };
            let id = KeyId(self.submit(at(15), Command::AddKey(details)).await?);
            keys.push(id);
            if let Some((smartbox, number)) = key.place {
                let put = Input::PutKey { bin: bin(number), key: id };
                boxes[smartbox].1.step(put, at(30 + i64::from(number)));
            }
        }
        self.submit(at(40), Command::StateKey(keys[SEA_HOUSE], StatedPlace::AtHand)).await?;
        (self.keys, self.boxes) = (keys, boxes);
        Ok(())
    }

    /// Everything that happens after that, each with its time, in no order.
    fn course(&self) -> Vec<(Instant, Step)> {
        let mut course = Vec::new();
        for (index, stay) in STAYS.iter().enumerate() {
            let made = stay.made.map_or(self.now.plus_ms(-JUST_MADE_MS), |made| self.at(made));
            course.push((made, Step::Make(index)));
            course.extend(stay.made.map(|_| (made.plus_ms(SENT_AFTER_MS), Step::Tell(index))));
            course.extend(stay.picked_up.map(|at| (self.at(at), Step::PickUp(index))));
            course.extend(stay.dropped_off.map(|at| (self.at(at), Step::DropOff(index))));
            course.extend(stay.revoked.map(|when| match when {
                When::At(at) => (self.at(at), Step::Revoke(index)),
                When::JustNow => (self.now.plus_ms(-JUST_REVOKED_MS), Step::Revoke(index)),
            }));
        }
        for (index, alias) in ALIASES.iter().enumerate() {
            course.push((self.at(alias.made), Step::Issue(index)));
            course.push((self.at(alias.made).plus_ms(SENT_AFTER_MS), Step::TellCode(index)));
            course.extend(alias.linked.map(|(_, at)| (self.at(at), Step::Link(index))));
            course.extend(alias.retired.map(|at| (self.at(at), Step::Retire(index))));
        }
        course.push((self.at(REMINDED), Step::Remind));
        course.push((self.at((-6, 14, 12)), Step::TooEarly(5)));
        course.push((self.at((-2, 17, 41)), Step::Mistype));
        course.extend((FIRST_DAY..0).map(|day| (self.at((day, 20, 30)), Step::Visit)));
        course.push((self.now.plus_ms(-LAST_VISIT_MS), Step::Visit));
        course
    }

    async fn step(&mut self, at: Instant, step: Step) -> Result<(), DeskError> {
        match step {
            Step::Make(index) => {
                let booking = self.submit_booking(at, &STAYS[index]).await?;
                self.bookings.insert(index, booking);
            }
            Step::Tell(index) => self.tell(at, Subject::Booking(self.booking(index)), STAYS[index].told).await?,
            Step::TellCode(index) => self.tell(at, Subject::Alias(self.alias(index)), MessageState::Sent).await?,
            Step::Remind => {
                self.desk.submit(&Command::TendReminders, at, self.zones).await?;
                for index in (0..STAYS.len()).filter(|index| STAYS[*index].reminder) {
                    self.tell(at, Subject::Booking(self.booking(index)), MessageState::Sent).await?;
                }
            }
            Step::Revoke(index) => {
                self.submit(at, Command::RevokeBooking(self.booking(index), Notify::Nobody)).await?;
            }
            Step::Issue(index) => {
                let alias = self.submit_alias(at, &ALIASES[index]).await?;
                self.aliases.insert(index, alias);
            }
            Step::Link(index) => {
                if let Some((stay, _)) = ALIASES[index].linked {
                    let link = Command::LinkAlias(self.alias(index), self.booking(stay), Notify::Nobody);
                    self.submit(at, link).await?;
                }
            }
            Step::Retire(index) => {
                self.submit(at, Command::RetireAlias(self.alias(index))).await?;
            }
            Step::PickUp(index) => {
                if let Some((smartbox, _)) = place(STAYS[index].key)
                    && let Some(bin) = opened(&self.type_code(at, smartbox, index))
                {
                    self.press(at, smartbox, [Input::TakeKey { bin }, Input::CloseDoor { bin }]);
                }
            }
            Step::DropOff(index) => {
                let key = self.keys[STAYS[index].key];
                if let Some((smartbox, _)) = place(STAYS[index].key)
                    && let Some(bin) = opened(&self.press(at, smartbox, [Input::PresentTag(key)]))
                {
                    self.press(at, smartbox, [Input::PutKey { bin, key }, Input::CloseDoor { bin }]);
                }
            }
            Step::TooEarly(index) => drop(self.type_code(at, 0, index)),
            Step::Mistype => drop(self.type_digits(at, 0, "4829130")),
            Step::Visit => {
                for index in 0..self.boxes.len() {
                    self.visit(at, index).await?;
                }
            }
        }
        Ok(())
    }

    /// Says of the messages about something that wait how far they have come.
    async fn tell(&self, at: Instant, about: Subject, state: MessageState) -> Result<(), DeskError> {
        let waiting: Vec<MessageId> = {
            let ledger = self.desk.ledger();
            ledger.messages_about(about).filter(|(_, message)| message.waits()).map(|(id, _)| id).collect()
        };
        for id in waiting {
            self.submit(at, Command::MoveMessage(id, state)).await?;
        }
        Ok(())
    }

    async fn submit_booking(&self, at: Instant, stay: &Stay) -> Result<BookingId, DeskError> {
        let (called, email, mobile, language) = stay.who;
        let home = KEYS[stay.key].home;
        let right = match stay.times {
            None => RequestedRight::Ongoing,
            Some((start, end)) => RequestedRight::OneTime { start: self.wall(home, start), end: self.wall(home, end) },
        };
        let visitor = VisitorDetails {
            name: name(called),
            email: email.map(|email| EmailAddress::parse(email).expect("an address")),
            mobile: mobile.map(|mobile| MobileNumber::parse(mobile).expect("a number")),
            language,
        };
        let new = NewBooking {
            key: self.keys[stay.key],
            visitor: BookingVisitor::Described(visitor),
            right,
            notes: note(stay.notes),
            reminder: stay.reminder,
            overlap: Overlap::Refuse,
            source: None,
            alias: None,
            notify: Notify::Visitor,
        };
        let decision = self.desk.submit(&Command::MakeBooking(new), at, self.zones).await?;
        Ok(decision.booking().expect("what was decided is a booking"))
    }

    async fn submit_alias(&self, at: Instant, expected: &Expected) -> Result<AliasId, DeskError> {
        let (called, email, language) = expected.who;
        let email = Some(EmailAddress::parse(email).expect("an address"));
        let visitor = VisitorDetails { name: name(called), email, mobile: None, language };
        let home = self.desk.ledger().locations().next().expect("founded with one").0;
        let stay = |(start, end, class): (Moment, Moment, &str)| RequestedStay {
            location: home,
            start: self.wall(0, start),
            end: self.wall(0, end),
            class: Some(name(class)),
        };
        let new = NewAlias {
            code: expected.code.map(|code| BookingCode::parse(code).expect("a code")),
            visitor: Some(BookingVisitor::Described(visitor)),
            stay: expected.stay.map(stay),
            notify: Notify::Visitor,
        };
        let decision = self.desk.submit(&Command::IssueAliases(vec![new]), at, self.zones).await?;
        Ok(AliasId(decision.aliases().next().expect("what was decided is an alias code")))
    }

    /// An alias code that was issued.
    fn alias(&self, index: usize) -> AliasId {
        *self.aliases.get(index).expect("it is issued first")
    }

    /// The booking of a stay that was made.
    fn booking(&self, stay: usize) -> BookingId {
        *self.bookings.get(stay).expect("it is made first")
    }

    fn type_code(&mut self, at: Instant, smartbox: usize, stay: usize) -> Vec<Output> {
        let code = self.desk.ledger().booking(self.booking(stay)).map(|booking| booking.code().digits());
        self.type_digits(at, smartbox, &code.unwrap_or_default())
    }

    fn type_digits(&mut self, at: Instant, smartbox: usize, digits: &str) -> Vec<Output> {
        let buttons = digits.bytes().map(|digit| Button::Digit(digit - b'0')).chain([Button::Enter]);
        self.press(at, smartbox, buttons.map(Input::Press))
    }

    /// What the box does, all of it.
    fn press(&mut self, at: Instant, smartbox: usize, inputs: impl IntoIterator<Item = Input>) -> Vec<Output> {
        let device = &mut self.boxes[smartbox].1;
        inputs.into_iter().flat_map(|input| device.step(input, at)).collect()
    }

    /// Tells a box what it is owed and reads its events, if there is any of it.
    async fn visit(&mut self, at: Instant, index: usize) -> Result<(), DeskError> {
        let (desk, zones, by, answers) = (self.desk, self.zones, self.by.clone(), self.drawn());
        let mut host = self.host(self.boxes[index].0, at);
        let (id, device) = &mut self.boxes[index];
        let id = *id;
        let Some(plan) = visits::plan(&desk.ledger(), id, zones, at, by, answers) else { return Ok(()) };
        if plan.grants.is_empty() && device.cabinet().log().next() == plan.read_from {
            return Ok(());
        }
        let report = match carry(plan, &mut VirtualLink::new(device, at, self.draw), &mut host).await {
            Ok(report) => report,
            // The box is here and keeps to the protocol, so nothing but the desk breaks a visit off; what was done counts.
            Err(broken) => match host.failure {
                Some(error) => return Err(error),
                None => *broken.report,
            },
        };
        desk.submit(&Command::KeepVisit(id, visits::record(&report, at)), at, zones).await?;
        Ok(())
    }
}

/// What the story's device does for a visit.
struct StoryHost<'a, J> {
    desk: &'a Desk<J>,
    zones: &'a ZoneBook,
    signs: &'a FoundingKeys,
    id: BoxId,
    at: Instant,
    sealing: [u8; 32],
    sealed: u8,
    failure: Option<DeskError>,
}

impl<J: Journal> StoryHost<'_, J> {
    async fn submit(&mut self, command: Command) -> Option<()> {
        let kept = self.desk.submit(&command, self.at, self.zones).await;
        kept.map_err(|error| self.failure = Some(error)).ok().map(drop)
    }
}

impl<J: Journal> Host for StoryHost<'_, J> {
    fn now(&self) -> Instant {
        self.at
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        self.sealed += 1;
        let mut random = self.sealing;
        random[0] ^= self.sealed;
        Some(random)
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        Box::pin(std::future::ready(Some(self.signs.device.sign(what))))
    }

    fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()> {
        Box::pin(self.submit(Command::KeepEvents(self.id, events, Some(chain))))
    }

    fn keep(&mut self, offered: Offered) -> Doing<'_, ()> {
        Box::pin(self.submit(Command::PairBox(self.id, offered.keys)))
    }
}

/// The bin that a box opened: not always the key's first one, since a key goes back into whichever is free.
fn opened(outputs: &[Output]) -> Option<BinNumber> {
    outputs.iter().find_map(|output| match output {
        Output::Open(bin) => Some(*bin),
        _ => None,
    })
}

fn place(key: usize) -> Option<(usize, BinNumber)> {
    KEYS[key].place.map(|(smartbox, number)| (smartbox, bin(number)))
}

fn sample_zone(text: &str) -> ZoneName {
    ZoneName::parse(text).expect("a zone's name")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn note(text: &str) -> Option<Note> {
    Note::parse_optional(text).expect("a short note")
}

fn time(hour: u16, minute: u16) -> TimeOfDay {
    TimeOfDay::new(hour, minute).expect("a time of the day")
}

fn bin(number: u8) -> BinNumber {
    BinNumber::new(number).expect("1 to 99")
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::domain::{CodeKey, DeviceId};
    use crate::journal::ledger::KeyPlace;
    use crate::journal::queries::{DeliveryState, Filter, Status};
    use crate::journal::tests::{lisbon, zones};
    use crate::journal::{Ledger, MemoryJournal};
    use crate::smartbox::testing::{draws, keys};

    fn founded(now: Instant) -> (Ledger, Vec<ReferenceBox>) {
        let identity = Identity { device: DeviceId(1), codes: CodeKey::new([7; 32]) };
        pollster::block_on(async {
            let desk = Desk::open(MemoryJournal::default()).await.expect("memory");
            let boxes = found_sample(&desk, identity, &keys(1), &mut draws(), now, &zones()).await.expect("founded");
            let ledger = desk.ledger().clone();
            (ledger, boxes)
        })
    }

    /// Any time of the day, the ends of the year, and days around both changes of the clocks.
    fn moments() -> impl Iterator<Item = Instant> {
        let days = ["2026-11-23", "2027-03-26", "2027-03-29", "2026-10-24", "2026-10-27", "2027-01-01", "2028-02-29"];
        days.into_iter()
            .flat_map(|day| ["00:01", "00:59", "10:59", "15:00", "23:59"].map(|t| lisbon(&format!("{day}T{t}"))))
    }

    #[test]
    fn every_filter_shows_something_whenever_it_is_founded() {
        for now in moments() {
            let (ledger, _) = founded(now);
            let overview = ledger.overview(&zones(), now);
            for filter in Filter::ALL {
                assert!(overview.count(filter) > 0, "{filter:?} at {now:?}");
            }
            let has = |is: fn(Status) -> bool| overview.rows.iter().any(|row| is(row.status));
            assert!(has(|s| matches!(s, Status::Open { until: Some(_) })));
            assert!(has(|s| matches!(s, Status::Out { .. })));
            assert!(has(|s| matches!(s, Status::Returned { .. })));
            assert!(overview.rows.iter().all(|row| ledger.conflicts(row.id, &zones(), now).is_empty()));
        }
    }

    #[test]
    fn everything_happened_before_now_and_in_order() {
        for now in moments() {
            let (ledger, boxes) = founded(now);
            assert!(ledger.clock().time() < now);
            assert_eq!(ledger.waiting(), 0);
            for device in &boxes {
                let log: Vec<_> = device.cabinet().log().iter().collect();
                assert!(log.windows(2).all(|pair| pair[0].at <= pair[1].at));
                // The visit's own merging of grants is the last that happened, and was read with it.
                assert_eq!(of(&ledger, device).1.read_through() + 1, device.cabinet().log().next());
            }
        }
    }

    fn of<'l>(ledger: &'l Ledger, device: &ReferenceBox) -> (BoxId, &'l crate::journal::ledger::SmartBox) {
        ledger.boxes().find(|(_, known)| known.details().serial == *device.serial()).expect("added")
    }

    #[test]
    fn what_the_boxes_hold_is_what_the_journal_says() {
        let now = lisbon("2026-11-23T10:00");
        let (ledger, boxes) = founded(now);
        for (id, key) in ledger.keys() {
            let held = boxes.iter().find_map(|device| {
                let report = device.cabinet().bins().into_iter().find(|report| report.holding == Some(id))?;
                Some((of(&ledger, device).0, report.bin))
            });
            match key.place() {
                KeyPlace::InBin { smartbox, bin, .. } => assert_eq!(held, Some((smartbox, bin))),
                _ => assert_eq!(held, None, "{}", key.details().name),
            }
        }
        for device in &boxes {
            let (_, known) = of(&ledger, device);
            assert!(device.cabinet().bins().iter().all(|bin| !bin.open), "whoever opened a door closed it");
            assert_eq!(known.confirmed().len(), device.cabinet().grants().len());
            assert!(device.cabinet().grants().iter().all(|grant| known.holds(grant.id) == Some(grant.stamp)));
        }
        let used = |stay: &Stay| stay.picked_up.is_some();
        let picked_up = ledger.bookings().filter(|(id, _)| ledger.pick_ups(*id).next().is_some()).count();
        assert_eq!(picked_up, STAYS.iter().filter(|stay| used(stay)).count(), "every code that was typed opened");
    }

    #[test]
    fn some_things_are_still_owed_to_the_boxes() {
        let now = lisbon("2026-11-23T10:00");
        let (ledger, _) = founded(now);
        let states: Vec<DeliveryState> =
            ledger.bookings().flat_map(|(id, _)| ledger.deliveries(id, &zones(), now)).map(|d| d.state).collect();
        for state in [DeliveryState::Live, DeliveryState::Queued, DeliveryState::StillAccepts] {
            assert!(states.contains(&state), "{state:?}");
        }
    }

    #[test]
    fn there_is_an_alias_code_in_each_part_of_its_life() {
        use crate::journal::queries::AliasLife;
        for now in moments() {
            let (ledger, _) = founded(now);
            let lives: Vec<AliasLife> =
                ledger.aliases().filter_map(|(id, _)| ledger.alias_life(id, &zones(), now)).collect();
            let has = |is: fn(&AliasLife) -> bool| lives.iter().any(is);
            assert!(has(|life| *life == AliasLife::NotLinked) && has(|life| *life == AliasLife::Retired));
            assert!(has(|life| matches!(life, AliasLife::Linked(_))));
        }
    }

    #[test]
    fn visitors_were_told_and_some_messages_want_somebody() {
        use crate::domain::MessageKind;
        for now in moments() {
            let (ledger, _) = founded(now);
            let count = |is: fn(MessageState) -> bool| ledger.messages().filter(|(_, m)| is(m.state())).count();
            assert_eq!(count(|state| state == MessageState::ToDo), 1, "of the booking that was made just now");
            assert_eq!(count(|state| state == MessageState::HandedOver), 1);
            assert_eq!(count(|state| matches!(state, MessageState::GivenUp { .. })), 1);
            assert!(count(|state| state == MessageState::Sent) >= STAYS.len() - 3);
            let told = |id| ledger.messages_about(Subject::Booking(id)).next().is_some();
            assert!(ledger.bookings().all(|(id, _)| told(id)), "everybody was told");
            let reminders = ledger.messages().filter(|(_, message)| message.kind() == MessageKind::Reminder);
            assert!(reminders.map(|(_, message)| (message.late(), message.state())).eq([(false, MessageState::Sent)]));
        }
    }

    #[test]
    fn no_message_is_made_as_soon_as_it_is_opened() {
        let identity = Identity { device: DeviceId(1), codes: CodeKey::new([7; 32]) };
        for now in moments() {
            pollster::block_on(async {
                let desk = Desk::open(MemoryJournal::default()).await.expect("memory");
                found_sample(&desk, identity.clone(), &keys(1), &mut draws(), now, &zones()).await.expect("founded");
                let made = desk.submit(&Command::TendReminders, now, &zones()).await.expect("tended");
                assert!(made.facts().is_empty(), "{now:?}");
            });
        }
    }

    #[test]
    fn without_the_zones_nothing_is_founded() {
        let identity = Identity { device: DeviceId(1), codes: CodeKey::new([7; 32]) };
        pollster::block_on(async {
            let desk = Desk::open(MemoryJournal::default()).await.expect("memory");
            let refused =
                found_sample(&desk, identity, &keys(1), &mut draws(), lisbon("2026-11-23T10:00"), &ZoneBook::default())
                    .await;
            assert!(matches!(refused, Err(DeskError::Refused(Refusal::UnknownZone(_)))));
            assert_eq!(desk.identity(), None);
        });
    }
}
