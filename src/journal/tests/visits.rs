//! Visits that are broken off, through the whole of app and box: the desk with its journal, what it plans and what it keeps, the
//! link, the box. Nothing comes twice, nothing is lost, and the next visit does the rest.

use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;

use super::*;
use crate::domain::*;
use crate::journal::command::*;
use crate::journal::desk::DeskError;
use crate::journal::fact::{FactBody, Vocabulary};
use crate::journal::port::{Identity, JournalError, Opened, Position};
use crate::journal::queries::{Delivery, DeliveryState};
use crate::journal::{Desk, Entry, Journal, MemoryJournal, visits};
use crate::smartbox::envelope::{FoundingKeys, Signature, ToSign};
use crate::smartbox::framing::{Framing, Payload};
use crate::smartbox::grants::Found;
use crate::smartbox::log::{CHAIN_BEGINS, chained};
use crate::smartbox::protocol::Digest;
use crate::smartbox::testing::{Dice, NOON, keys, run};
use crate::smartbox::*;

/// What a visit is broken off by. Messages, signatures and batches of events count from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Broken {
    /// By nothing.
    Never,
    /// The link is cut at a message.
    Message(u32, Cut),
    /// The link is cut after so many bytes.
    Byte(u64),
    /// A signature is not made.
    Sign(u32),
    /// A batch of events finds no room in the journal.
    Store(u32),
    /// A batch of events is kept, and the visit hears no more of it.
    Stored(u32),
}

/// A journal in memory that may have no room.
#[derive(Default)]
struct Shelf {
    kept: MemoryJournal,
    full: Cell<bool>,
}

impl Journal for Shelf {
    type Turn = ();

    async fn open(&self) -> Result<Opened, JournalError> {
        self.kept.open().await
    }

    async fn turn(&self) -> Result<(), JournalError> {
        Ok(())
    }

    async fn append(
        &self,
        end: Position,
        entries: &[Entry],
        identity: Option<&Identity>,
    ) -> Result<Position, JournalError> {
        if self.full.get() {
            return Err(JournalError::Full("there is no room".to_owned()));
        }
        self.kept.append(end, entries, identity).await
    }

    async fn read(&self, from: Position, to: Position) -> Result<Vec<Entry>, JournalError> {
        self.kept.read(from, to).await
    }

    async fn end(&self) -> Result<Position, JournalError> {
        self.kept.end().await
    }

    async fn save_snapshot(&self, at: Position, snapshot: &[u8]) -> Result<(), JournalError> {
        self.kept.save_snapshot(at, snapshot).await
    }
}

/// What the device does for a visit, as the app's page does it.
struct Hands<'a> {
    desk: &'a Desk<Rc<Shelf>>,
    shelf: &'a Shelf,
    zones: &'a ZoneBook,
    signs: &'a FoundingKeys,
    id: BoxId,
    now: Instant,
    dice: &'a mut Dice,
    broken: Broken,
    signed: u32,
    stored: u32,
}

impl Hands<'_> {
    fn submit(&self, command: &Command) -> Option<()> {
        run(self.desk.submit(command, self.now, self.zones)).ok().map(drop)
    }
}

impl Host for Hands<'_> {
    fn now(&self) -> Instant {
        self.now
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        Some(self.dice.bytes())
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        let is_made = self.broken != Broken::Sign(self.signed);
        self.signed += 1;
        Box::pin(ready(is_made.then(|| self.signs.device.sign(what))))
    }

    fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()> {
        self.shelf.full.set(self.broken == Broken::Store(self.stored));
        let kept = self.submit(&Command::KeepEvents(self.id, events, Some(chain)));
        self.shelf.full.set(false);
        let heard = self.broken != Broken::Stored(self.stored);
        self.stored += 1;
        Box::pin(ready(kept.filter(|()| heard)))
    }

    fn keep(&mut self, offered: Offered) -> Doing<'_, ()> {
        Box::pin(ready(self.submit(&Command::PairBox(self.id, offered.keys))))
    }
}

/// A booking as those who made it think of it.
#[derive(Clone)]
struct Booked {
    id: BookingId,
    code: BookingCode,
    /// The key that it was made for, and the one that it has.
    began: KeyId,
    key: KeyId,
    until: Option<Instant>,
    is_revoked: bool,
}

/// An organization with a device, two locations, a box at the first and three keys, the third of which is at home at the second.
struct World {
    dice: Dice,
    now: Instant,
    zones: ZoneBook,
    signs: FoundingKeys,
    by: Author,
    shelf: Rc<Shelf>,
    desk: Desk<Rc<Shelf>>,
    id: BoxId,
    smartbox: ReferenceBox,
    /// The box's end of its serial line.
    line: Framing,
    keys: [KeyId; 3],
    bookings: Vec<Booked>,
    aliases: Vec<AliasId>,
    devices: u32,
    /// The events in the journal, and up to where it was looked through for them.
    events: Vec<LoggedEvent>,
    seen: Position,
}

const BINS: u8 = 3;

impl World {
    fn new(seed: u64) -> Self {
        let (mut dice, now, zones, signs) = (Dice::from(seed), NOON, zones(), keys(1));
        let identity = Identity { device: DeviceId(1), codes: CodeKey::new([7; 32]) };
        let shelf = Rc::new(Shelf::default());
        let desk = run(Desk::open(Rc::clone(&shelf))).expect("memory");
        let found = Command::Found {
            name: name("Tagus Rooms"),
            digits: code::CodeDigits::default(),
            device: name("Desk"),
            location: location("Alfama", "Europe/Lisbon"),
        };
        let home = LocationId(run(desk.found(identity, &found, now, &zones)).expect("founded").id(1));
        let submit = |command: Command| run(desk.submit(&command, now, &zones)).expect("allowed").id(0);
        submit(Command::MakeKeys(signs.public()));
        let away = LocationId(submit(Command::AddLocation(location("Ponta Delgada", "Atlantic/Azores"))));
        let serial = SerialNumber::parse("LB-0042").expect("a serial number");
        let details = BoxDetails {
            name: name("Door"),
            serial: serial.clone(),
            location: home,
            bins: bin(BINS),
            virtual_box: true,
        };
        let id = BoxId(submit(Command::AddBox(details)));
        let time = |hour| TimeOfDay::new(hour, 0).expect("an hour");
        let keys = [("Flat 1", home), ("Flat 2", home), ("Cellar", away)].map(|(called, home)| {
            let details = KeyDetails { name: name(called), home, check_in: time(15), check_out: time(11), class: None };
            KeyId(submit(Command::AddKey(details)))
        });
        let made: [u8; 80] = dice.bytes();
        let mut smartbox = ReferenceBox::new(&Made::from_random(serial, &made), bin(BINS), now);
        for (number, key) in (1..).zip(&keys[..2]) {
            smartbox.step(Input::PutKey { bin: bin(number), key: *key }, now);
        }
        let by = signs.author(DeviceId(1), now.plus_ms(-1_000));
        let mut world = Self {
            dice,
            now,
            zones,
            signs,
            by,
            shelf,
            desk,
            id,
            smartbox,
            line: Framing::serial(),
            keys,
            bookings: Vec::new(),
            aliases: Vec::new(),
            devices: 1,
            events: Vec::new(),
            seen: Position(0),
        };
        world.pair();
        world
    }

    /// The same world once more, with a journal of its own.
    fn twin(&self) -> Self {
        let (from, to) = (&self.shelf.kept, Rc::new(Shelf::default()));
        let entries = run(from.read(Position(0), self.desk.position())).expect("memory");
        let identity = run(from.open()).expect("memory").identity;
        run(to.append(Position(0), &entries, identity.as_ref())).expect("memory");
        Self {
            dice: self.dice.clone(),
            zones: self.zones.clone(),
            signs: self.signs.clone(),
            by: self.by.clone(),
            desk: run(Desk::open(Rc::clone(&to))).expect("memory"),
            shelf: to,
            smartbox: self.smartbox.clone(),
            line: self.line.clone(),
            bookings: self.bookings.clone(),
            aliases: self.aliases.clone(),
            events: self.events.clone(),
            ..*self
        }
    }

    fn pair(&mut self) {
        let plan = PairingPlan { label: self.smartbox.label(), organization: self.signs.public(), drawn: [9; 32] };
        let mut dice = self.dice.clone();
        let mut draw = || dice.bytes();
        let mut host = Hands {
            desk: &self.desk,
            shelf: &self.shelf,
            zones: &self.zones,
            signs: &self.signs,
            id: self.id,
            now: self.now,
            dice: &mut self.dice,
            broken: Broken::Never,
            signed: 0,
            stored: 0,
        };
        let mut link = VirtualLink::new(&mut self.smartbox, self.now, &mut draw);
        run(carry::pair(plan, &mut link, &mut host)).expect("paired");
    }

    fn try_submit(&self, command: Command) -> Result<FactId, DeskError> {
        run(self.desk.submit(&command, self.now, &self.zones)).map(|decision| decision.id(0))
    }

    fn submit(&self, command: Command) -> FactId {
        self.try_submit(command).expect("allowed")
    }

    /// A visit, as the app's page makes it, over a serial line or a GATT link. When the device is stopped, nobody keeps what the
    /// visit confirmed, and the journal is opened anew.
    fn visit(&mut self, payload: Option<Payload>, broken: Broken, is_stopped: bool) -> Result<VisitReport, Why> {
        let answers = self.dice.bytes();
        let plan = visits::plan(&self.desk.ledger(), self.id, &self.zones, self.now, self.by.clone(), answers);
        let plan = VisitPlan { set_clock: Some(2_000), ..plan.expect("it is paired") };
        let mut on_the_way = LinkPlan { payload, delay_ms: 7, ..LinkPlan::default() };
        match broken {
            Broken::Message(number, cut) => on_the_way.troubles.push((number + 1, Trouble::Cut(cut))),
            Broken::Byte(bytes) => on_the_way.lasts_bytes = Some(bytes),
            _ => {}
        }
        let mut dice = Dice::from(self.dice.next());
        let mut draw = || dice.bytes();
        let mut link = VirtualLink::new(&mut self.smartbox, self.now, &mut draw).planned(on_the_way);
        if payload.is_none() {
            link = link.resuming(std::mem::replace(&mut self.line, Framing::serial()));
        }
        let mut host = Hands {
            desk: &self.desk,
            shelf: &self.shelf,
            zones: &self.zones,
            signs: &self.signs,
            id: self.id,
            now: self.now,
            dice: &mut self.dice,
            broken,
            signed: 0,
            stored: 0,
        };
        let (report, end) = match run(carry(plan, &mut link, &mut host)) {
            Ok(report) => (report.clone(), Ok(report)),
            Err(BrokenOff { report, why }) => (*report, Err(why)),
        };
        if payload.is_none() {
            self.line = link.into_box_side();
        }
        if is_stopped {
            self.desk = run(Desk::open(Rc::clone(&self.shelf))).expect("memory");
        } else if !report.bins.is_empty() {
            self.submit(Command::KeepVisit(self.id, visits::record(&report, self.now)));
        }
        self.nothing_is_false();
        end
    }

    /// Whether the box takes the request of an earlier visit as soon as a byte comes: it lacks nothing but the end of its frame.
    fn hears_an_earlier_visit(&self) -> bool {
        !self.line.clone().feed(&[0]).is_empty()
    }

    /// The box loses its power.
    fn restart(&mut self) {
        self.smartbox = ReferenceBox::load(&self.smartbox.save()).expect("a state");
        self.smartbox.step(Input::PowerOn, self.now);
        self.line = Framing::serial();
    }

    /// A visit that nothing breaks off, and after it all is as it should be.
    fn finish(&mut self, payload: Option<Payload>) {
        if payload.is_none() && self.hears_an_earlier_visit() {
            // The box answers what it was asked then, and this visit takes that for no answer of its own.
            let end = self.visit(payload, Broken::Never, false);
            assert!(matches!(end, Ok(_) | Err(Why::Visit(VisitError::OutOfStep { .. }))), "{end:?}");
        }
        self.whole(payload);
        // The box may have told of a key that it holds and whose bookings it never heard of.
        if !self.desk.ledger().owed(self.id, &self.zones, self.now).0.is_empty() {
            self.whole(payload);
        }
        self.all_is_done();
    }

    fn whole(&mut self, payload: Option<Payload>) {
        let report = self.visit(payload, Broken::Never, false).expect("nothing breaks it off");
        assert_eq!(report.digest_agrees, Some(true), "the box holds what it should");
        assert_eq!((report.lost, report.elsewhere, report.log_restarted), (vec![], vec![], false));
    }

    /// What holds however a visit ended.
    fn nothing_is_false(&mut self) {
        // Each event is in the journal once, in order, and none is missing.
        let end = run(self.shelf.end()).expect("memory");
        for entry in run(self.shelf.read(self.seen, end)).expect("memory") {
            let Entry::Fact(fact) = entry else { continue };
            if let Some(FactBody::BoxReported { event, .. }) = fact.body(Vocabulary::CURRENT) {
                assert_eq!(event.number, self.events.len() as u64 + 1, "each once, in order");
                self.events.push(event);
            }
        }
        self.seen = end;
        let ledger = self.desk.ledger();
        let known = ledger.smartbox(self.id).expect("there");
        let log = self.smartbox.cabinet().log();
        assert_eq!(known.read_through(), self.events.len() as u64);
        assert!(log.first_held() <= known.read_through() + 1, "what is not stored is still there");
        // They are those that the box has written: it chained them.
        let held = log.read(log.first_held(), 1);
        let (forgotten, there) = self.events.split_at(held.first_held as usize - 1);
        let chain = forgotten.iter().fold(CHAIN_BEGINS, |before, event| chained(&before, event));
        assert_eq!(chain, held.before);
        assert!(there.iter().eq(log.iter().take(there.len())));
        let chain = there.iter().fold(chain, |before, event| chained(&before, event));
        assert_eq!(known.chain(), (!self.events.is_empty()).then_some(chain));
        assert!(known.lost().is_empty());
        // What the box is said to hold it holds, or better.
        for (id, stamp) in known.confirmed().iter().filter(|(_, stamp)| stamp.clock > 0) {
            let there = self.smartbox.cabinet().grants().get(id).map(|grant| grant.stamp);
            assert!(there >= Some(*stamp), "{id:?}: {there:?}, said to be {stamp:?}");
        }
    }

    /// What holds after a whole visit.
    fn all_is_done(&self) {
        let (ledger, cabinet) = (self.desk.ledger(), self.smartbox.cabinet());
        let (log, clock) = (cabinet.log(), cabinet.clock(self.now));
        assert_eq!((log.first_held(), log.next()), (self.events.len() as u64 + 1, self.events.len() as u64 + 1));
        assert!(cabinet.clock_offset_ms().abs() <= 2_000);
        assert!(ledger.owed(self.id, &self.zones, self.now).0.is_empty());
        assert!(ledger.to_bar(self.id).is_empty());
        let held = ledger.held(self.id, &self.zones);
        let alive = |grants: &mut dyn Iterator<Item = &Grant>| {
            let mut alive: Vec<Grant> = grants.filter(|grant| !grant.is_dead(clock)).cloned().collect();
            alive.sort_by_key(|grant| grant.id);
            alive
        };
        assert_eq!(
            alive(&mut cabinet.grants().iter()),
            alive(&mut held.iter()),
            "the box, and what it is said to hold"
        );
        for booked in &self.bookings {
            let deliveries = ledger.deliveries(booked.id, &self.zones, self.now);
            let is_live = |delivery: &Delivery| delivery.state == DeliveryState::Live;
            assert!(deliveries.iter().all(is_live), "{deliveries:?}");
            let is_over = booked.is_revoked || booked.until.is_some_and(|until| until <= clock);
            match cabinet.grants().find(booked.code, clock) {
                Found::Open(grant) => {
                    assert!(!is_over, "it opens, and should not: {grant:?}");
                    assert_eq!((grant.id, grant.key, grant.until), (booked.id.0, booked.key, booked.until));
                }
                _ => assert!(is_over || booked.key == self.keys[2], "it should open"),
            }
        }
    }

    fn window(&mut self) -> Option<(WallTime, WallTime)> {
        let ends = [None, Some("2026-11-23T17:00"), Some("2026-11-27T11:00"), Some("2026-12-01T11:00")];
        self.dice.of(&ends).map(|end| (wall("2026-11-23T09:00"), wall(end)))
    }

    fn ends(&self, key: KeyId, times: Option<(WallTime, WallTime)>) -> Option<Instant> {
        let ledger = self.desk.ledger();
        let rules = ledger.rules(key, &self.zones).expect("a zone");
        times.map(|(start, end)| BookingWindow::new(start, end, rules).expect("a window").instants(rules).1)
    }

    fn book(&mut self, key: KeyId) {
        let times = self.window();
        let right = times.map_or(RequestedRight::Ongoing, |(start, end)| RequestedRight::OneTime { start, end });
        let who = format!("Visitor {}", self.bookings.len());
        let new =
            NewBooking { right, overlap: Overlap::Allow, ..booking(key, &who, "2026-11-23T09:00", "2026-11-27T11:00") };
        let made = run(self.desk.submit(&Command::MakeBooking(new), self.now, &self.zones));
        // Its window may be over by now.
        if let Some(id) = made.ok().and_then(|made| made.booking()) {
            let code = self.desk.ledger().booking(id).expect("made").code();
            self.bookings.push(Booked { id, code, began: key, key, until: self.ends(key, times), is_revoked: false });
        }
    }

    /// Another key, another window, or both. A booking that began away stays there: of the keys that one had, no ledger remembers
    /// those between the first and the present.
    fn edit(&mut self, at: usize) {
        let (id, began) = (self.bookings[at].id, self.bookings[at].began);
        let elsewhere = began != self.keys[2] && self.dice.one_in(2);
        let key = if elsewhere { self.dice.of(&self.keys) } else { self.bookings[at].key };
        let times = self.bookings[at].until.and_then(|_| self.window());
        let Some(terms) = self.desk.ledger().terms(id) else { return };
        let times = times.or(terms.times);
        let terms = BookingTerms { key, times, overlap: Overlap::Allow, notify: Notify::Nobody, ..terms };
        if self.try_submit(Command::EditBooking(id, terms)).is_ok() {
            (self.bookings[at].key, self.bookings[at].until) = (key, self.ends(key, times));
        }
    }

    fn revoke(&mut self, at: usize) {
        let id = self.bookings[at].id;
        self.bookings[at].is_revoked |= self.try_submit(Command::RevokeBooking(id, Notify::Nobody)).is_ok();
    }

    fn withdraw(&mut self, at: usize) {
        let id = self.bookings[at].id;
        self.bookings[at].is_revoked &= self.try_submit(Command::WithdrawRevocation(id)).is_err();
    }

    fn issue_alias(&mut self) {
        let new = NewAlias { code: None, visitor: None, stay: None, notify: Notify::Nobody };
        self.aliases.push(AliasId(self.submit(Command::IssueAliases(vec![new]))));
    }

    fn retire_alias(&mut self) {
        if let Some(alias) = self.aliases.pop() {
            self.submit(Command::RetireAlias(alias));
        }
    }

    fn revoke_a_device(&mut self) {
        self.devices += 1;
        let device = DeviceId(self.devices);
        self.submit(Command::EnrolDevice { device, name: name(&format!("Phone {device:?}")), role: Role::FrontDesk });
        self.submit(Command::RevokeDevice(device));
    }

    /// Somebody types a code, and takes the key when a bin opens.
    fn type_code(&mut self, at: usize) {
        let digits = self.bookings[at].code.digits();
        let buttons = digits.bytes().map(|digit| Button::Digit(digit - b'0')).chain([Button::Enter]);
        let outputs: Vec<Output> =
            buttons.flat_map(|button| self.smartbox.step(Input::Press(button), self.now)).collect();
        for output in outputs {
            if let Output::Open(bin) = output {
                self.smartbox.step(Input::TakeKey { bin }, self.now);
                self.smartbox.step(Input::CloseDoor { bin }, self.now);
            }
        }
    }

    /// A key is put into a bin or taken out of one, by hand.
    fn move_a_key(&mut self) {
        let bin = bin(1 + self.dice.below(BINS.into()) as u8);
        let key = self.dice.of(&self.keys);
        let is_there = self.smartbox.cabinet().bins().iter().any(|bin| bin.holding == Some(key));
        let input = if self.dice.one_in(2) || is_there { Input::TakeKey { bin } } else { Input::PutKey { bin, key } };
        self.smartbox.step(input, self.now);
    }

    /// Something happens, at the desk or at the box.
    fn happen(&mut self) {
        self.now = self.now.plus_ms(1_000 + self.dice.below(300_000) as i64);
        let at = self.dice.below(self.bookings.len().max(1));
        if self.bookings.is_empty() {
            return self.book(self.keys[0]);
        }
        match self.dice.below(16) {
            0..=2 if self.bookings.len() < 12 => {
                let key = self.dice.of(&self.keys);
                self.book(key);
            }
            3..=4 => self.edit(at),
            5..=6 => self.revoke(at),
            7 => self.withdraw(at),
            8 => self.issue_alias(),
            9 => self.retire_alias(),
            10 if self.devices < 4 => self.revoke_a_device(),
            11 | 12 => self.type_code(at),
            13 | 14 => self.move_a_key(),
            _ if self.dice.one_in(3) => {
                let off = self.dice.below(200_000) as i64 - 100_000;
                self.smartbox.cabinet_mut().set_clock_offset_ms(off);
            }
            _ => drop(self.smartbox.step(Input::PressService, self.now)),
        }
    }

    /// What happens before each of a few visits, always the same.
    fn chapter(&mut self, number: usize) {
        self.now = self.now.plus_ms(600_000);
        match number {
            0 => {
                (0..3).for_each(|at| self.book(self.keys[at % 2]));
                self.issue_alias();
            }
            1 => {
                self.type_code(0);
                self.edit(1);
                self.revoke(2);
                self.smartbox.cabinet_mut().set_clock_offset_ms(90_000);
            }
            2 => {
                self.withdraw(2);
                self.retire_alias();
                self.revoke_a_device();
                self.smartbox.step(Input::PutKey { bin: bin(3), key: self.keys[2] }, self.now);
                self.book(self.keys[2]);
            }
            3 => {
                self.revoke(0);
                self.issue_alias();
                let last = self.bookings.len() - 1;
                self.revoke(last);
                self.edit(1);
            }
            _ => {
                self.smartbox.step(Input::TakeKey { bin: bin(3) }, self.now);
                self.book(self.keys[1]);
                self.retire_alias();
            }
        }
    }
}

const CHAPTERS: usize = 4;

/// Breaks off a visit, and lets the next one go on, with more to do or without. Whether it was broken off.
fn break_off(world: &mut World, broken: Broken, is_stopped: bool, more: Option<usize>) -> bool {
    let end = world.visit(None, broken, is_stopped);
    if let Some(chapter) = more {
        world.chapter(chapter);
    }
    world.finish(None);
    match end {
        Ok(_) => false,
        Err(Why::Link(LinkError::Cut) | Why::Host) => true,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_visit_that_breaks_off_at_any_of_its_steps_is_finished_by_the_next() {
    let kinds: [fn(u32) -> Broken; 5] = [
        |number| Broken::Message(number, Cut::Request),
        |number| Broken::Message(number, Cut::Response),
        Broken::Sign,
        Broken::Store,
        Broken::Stored,
    ];
    let (mut world, mut count) = (World::new(1), 0);
    for chapter in 0..CHAPTERS {
        world.chapter(chapter);
        let courses = [(false, None), (true, None), (false, Some(chapter + 1)), (true, Some(chapter + 1))];
        for (kind, (is_stopped, more)) in kinds.iter().flat_map(|kind| courses.map(|course| (kind, course))) {
            for number in 0.. {
                println!("chapter {chapter}, then {more:?}: {:?}, stopped: {is_stopped}", kind(number));
                if !break_off(&mut world.twin(), kind(number), is_stopped, more) {
                    break;
                }
                count += 1;
            }
        }
        world.finish(None);
    }
    assert!(count > 250, "{count}");
}

/// How many worlds there are, and how often a visit is broken off in each.
const WORLDS: u64 = 50;
const VISITS: u32 = 50;

#[test]
fn visits_cut_at_any_byte_bring_every_event_once_and_every_grant_to_the_box() {
    let mut cuts = 0;
    for seed in 0..WORLDS {
        println!("seed {seed}");
        let mut world = World::new(seed);
        let payloads = [None, Some(20), Some(61), Some(244), Some(509)].map(|bytes| bytes.and_then(Payload::new));
        // About as many bytes as a visit takes.
        let mut bytes = 6_000;
        for visit in 0..VISITS {
            (0..world.dice.below(3)).for_each(|_| world.happen());
            let payload = world.dice.of(&payloads);
            let (after, is_stopped) = (world.dice.below(bytes) as u64, world.dice.one_in(3));
            println!("visit {visit} with {payload:?}, cut after {after} bytes, stopped: {is_stopped}");
            let is_late = payload.is_none() && world.hears_an_earlier_visit();
            match world.visit(payload, Broken::Byte(after), is_stopped) {
                Ok(_) => bytes = (bytes * 3 / 4).max(600),
                Err(Why::Link(LinkError::Cut)) => {
                    cuts += 1;
                    bytes = (bytes * 25 / 24).min(9_000);
                }
                end => assert!(is_late && matches!(end, Err(Why::Visit(VisitError::OutOfStep { .. }))), "{end:?}"),
            }
            if world.dice.one_in(8) {
                world.restart();
            }
            if world.dice.one_in(5) {
                let payload = world.dice.of(&payloads);
                println!("and a whole one with {payload:?}");
                world.finish(payload);
            }
        }
        world.finish(None);
    }
    println!("{cuts} cuts");
    assert!(cuts >= 2_000, "{cuts}");
}
