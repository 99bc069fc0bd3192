//! What happens to the reference box and to the one in Python alike, they tell alike.

use std::future::ready;

use latchbook::domain::{BinNumber, BookingCode, DeviceId, FactId, Instant, KeyId, Name, SerialNumber, Stamp};
use latchbook::smartbox::envelope::{FoundingKeys, Signature, ToSign};
use latchbook::smartbox::protocol::Digest;
use latchbook::smartbox::protocol::contents::Command;
use latchbook::smartbox::{
    Button, Doing, Event, Grant, GrantState, Host, Input, KeyNotice, KeyPlace, Label, Link, LoggedEvent, Made,
    Offered, PairingPlan, ReferenceBox, Screen, VirtualLink, VisitPlan, VisitReport, carry, pair,
};
use pollster::block_on;

use crate::program::{NOON, SmartBox, shows, tag};

const HOUR_MS: i64 = 60 * 60 * 1_000;
const BINS: u8 = 4;

/// Numbers that look random, and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }
}

fn id(counter: u64) -> FactId {
    FactId::new(DeviceId(7), counter as u32)
}

fn bin(number: u64) -> BinNumber {
    BinNumber::new(number as u8).expect("1 to 99")
}

/// What somebody does at the box.
#[derive(Clone, Debug)]
enum Hand {
    Types(&'static str),
    Clears,
    Tag(KeyId),
    Takes(BinNumber),
    Puts(BinNumber, KeyId),
    Shuts(BinNumber),
    Service,
    Waits(i64),
}

/// Right, wrong, mistyped, too short and too long ones.
const CODES: [&str; 8] = ["1864228", "1864228", "4829136", "73190", "1864227", "123", "12345678901234567", "55555"];

impl Hand {
    fn any(dice: &mut Dice) -> Self {
        let key = KeyId(id(1 + dice.roll(3)));
        let at = bin(1 + dice.roll(BINS.into()));
        match dice.roll(20) {
            0..=4 => Self::Types(dice.one_of(&CODES)),
            5 => Self::Clears,
            6..=8 => Self::Tag(key),
            9..=11 => Self::Takes(at),
            12..=14 => Self::Puts(at, key),
            15..=17 => Self::Shuts(at),
            18 => Self::Service,
            _ => Self::Waits(dice.one_of(&[9_000, 31_000, HOUR_MS])),
        }
    }
}

/// A courier's keys, and what it has read.
struct Courier {
    keys: FoundingKeys,
    events: Vec<LoggedEvent>,
    read: u64,
    chain: Option<Digest>,
    offered: Option<Offered>,
    now: Instant,
    drawn: u64,
}

impl Courier {
    fn new() -> Self {
        let keys = FoundingKeys::from_random(&std::array::from_fn(|n| 1 + n as u8));
        Self { keys, events: Vec::new(), read: 0, chain: None, offered: None, now: NOON, drawn: 0 }
    }
}

impl Host for Courier {
    fn now(&self) -> Instant {
        self.now
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        self.drawn += 1;
        Some(std::array::from_fn(|n| (self.drawn >> (n % 8)) as u8))
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        Box::pin(ready(Some(self.keys.device.sign(what))))
    }

    fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()> {
        self.read = events.last().map_or(self.read, |event| event.number);
        self.chain = Some(chain);
        self.events.extend(events);
        Box::pin(ready(Some(())))
    }

    fn keep(&mut self, offered: Offered) -> Doing<'_, ()> {
        self.offered = Some(offered);
        Box::pin(ready(Some(())))
    }
}

/// What a visit brings.
#[derive(Clone, Debug, Default)]
struct Load {
    grants: Vec<Grant>,
    notices: Vec<KeyNotice>,
    commands: Vec<Command>,
}

impl Load {
    fn any(dice: &mut Dice, now: Instant, write: u64) -> Self {
        let grants = (0..dice.roll(4)).map(|n| {
            let grant = 1 + dice.roll(6);
            let from = now.plus_ms(dice.one_of(&[-2, -1, 0, 1]) * HOUR_MS);
            Grant {
                id: id(grant),
                // Now and then an older writing, or another one of the same stamp.
                stamp: Stamp {
                    clock: ((now.ms() as u64) << 16) + (write * 4 + n).saturating_sub(dice.one_of(&[0, 0, 9])),
                    by: id(grant),
                },
                key: KeyId(id(1 + dice.roll(3))),
                code: BookingCode::parse(dice.one_of(&["1864228", "4829136", "73190"])).expect("a code"),
                from,
                until: dice.one_of(&[Some(1), Some(2), Some(5), None]).map(|hours| from.plus_ms(hours * HOUR_MS)),
                state: dice.one_of(&[GrantState::Live, GrantState::Live, GrantState::Revoked, GrantState::Unlinked]),
            }
        });
        let mut grants: Vec<_> = grants.collect();
        grants.sort_by_key(|grant| grant.id);
        grants.dedup_by_key(|grant| grant.id);
        let name = Name::parse("Courtyard").expect("a name");
        let place = [KeyPlace::InBox { name }, KeyPlace::WithVisitor, KeyPlace::Unknown][dice.roll(3) as usize].clone();
        let ms = now.plus_ms(dice.one_of(&[-HOUR_MS, 60_000])).ms() as u64;
        let key = KeyId(id(1 + dice.roll(3)));
        let notice = KeyNotice { key, stamp: Stamp { clock: ms << 16, by: id(write) }, place };
        let at = bin(1 + dice.roll(BINS.into()));
        let command = match dice.roll(5) {
            0 => Some(Command::OpenBin { bin: at }),
            1 => Some(Command::SetBin { bin: at, enabled: false }),
            2 => Some(Command::SetBin { bin: at, enabled: true }),
            _ => None,
        };
        Self { grants, notices: vec![notice], commands: command.into_iter().collect() }
    }
}

/// Both boxes, and a courier who comes by each.
struct Both {
    python: SmartBox,
    reference: ReferenceBox,
    couriers: [Courier; 2],
    now: Instant,
    drawn: u8,
}

impl Both {
    fn new() -> Self {
        let mut random: [u8; 80] = std::array::from_fn(|n| n as u8);
        (0x40..0x50).zip(&mut random).for_each(|(byte, to)| *to = byte);
        let made = Made::from_random(SerialNumber::parse("LB-0042").expect("a serial number"), &random);
        let reference = ReferenceBox::new(&made, bin(BINS.into()), NOON);
        let couriers = [Courier::new(), Courier::new()];
        let mut both = Self { python: SmartBox::start(), reference, couriers, now: NOON, drawn: 0 };
        let keys = both.couriers[0].keys.public();
        both.over_each(|label, link, courier| {
            let plan = PairingPlan { label, organization: keys, drawn: [9; 32] };
            block_on(pair(plan, link, courier)).expect("it is paired");
        });
        both
    }

    /// Does something over the link to each box.
    fn over_each<T>(&mut self, mut act: impl FnMut(Label, &mut dyn Link, &mut Courier) -> T) -> [T; 2] {
        let [first, second] = &mut self.couriers;
        let one = act(self.python.label(), self.python.line(), first);
        let label = self.reference.label();
        let mut draw = || {
            self.drawn = self.drawn.wrapping_add(1);
            std::array::from_fn(|n| self.drawn.wrapping_mul(31).wrapping_add(n as u8))
        };
        let mut link = VirtualLink::new(&mut self.reference, self.now, &mut draw);
        [one, act(label, &mut link, second)]
    }

    /// Somebody does something at both; what each shows then.
    fn does(&mut self, hand: &Hand) -> [String; 2] {
        let lines = match hand {
            Hand::Types(code) => format!("press {code} enter"),
            Hand::Clears => "press clear".to_owned(),
            Hand::Tag(key) => format!("tag {}", tag(*key)),
            Hand::Takes(bin) => format!("take {bin}"),
            Hand::Puts(bin, key) => format!("put {bin} {}", tag(*key)),
            Hand::Shuts(bin) => format!("close {bin}"),
            Hand::Service => "service".to_owned(),
            Hand::Waits(ms) => format!("wait {ms}"),
        };
        let inputs: Vec<Input> = match hand {
            Hand::Types(code) => {
                let digits = code.bytes().map(|digit| Button::Digit(digit - b'0'));
                digits.chain([Button::Enter]).map(Input::Press).collect()
            }
            Hand::Clears => vec![Input::Press(Button::Clear)],
            Hand::Tag(key) => vec![Input::PresentTag(*key)],
            Hand::Takes(bin) => vec![Input::TakeKey { bin: *bin }],
            Hand::Puts(bin, key) => vec![Input::PutKey { bin: *bin, key: *key }],
            Hand::Shuts(bin) => vec![Input::CloseDoor { bin: *bin }],
            Hand::Service => vec![Input::PressService],
            Hand::Waits(ms) => {
                self.now = self.now.plus_ms(*ms);
                vec![Input::Tick]
            }
        };
        let there = shows(&self.python.say(&lines));
        for input in inputs {
            self.reference.step(input, self.now);
        }
        [there, screen(self.reference.cabinet().screen())]
    }

    /// A courier visits both; what each tells.
    fn visits(&mut self, load: &Load, number: u64) -> [String; 2] {
        let now = self.now;
        self.over_each(|label, link, courier| {
            courier.now = now;
            let keys = courier.offered.clone().expect("it is paired").keys;
            let plan = VisitPlan {
                serial: label.serial,
                keys,
                by: courier.keys.author(DeviceId(7), NOON),
                number,
                answers: [5; 32],
                grants: load.grants.clone(),
                confirmed: Vec::new(),
                doubtful: Vec::new(),
                notices: load.notices.clone(),
                barred: Vec::new(),
                commands: load.commands.clone(),
                read_from: courier.read + 1,
                chain: courier.chain,
                set_clock: None,
            };
            let report = block_on(carry(plan, link, courier)).expect("the visit comes to its end");
            told(courier, &report)
        })
    }
}

/// What a screen shows, in the words of the hands.
fn screen(screen: &Screen) -> String {
    let name = |of: &dyn std::fmt::Debug| {
        let name = format!("{of:?}");
        name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
    };
    match screen {
        Screen::Refused(refusal) => name(refusal),
        other => name(other),
    }
}

/// What both boxes are to tell alike: all but the times, which each measures by itself.
fn told(courier: &mut Courier, report: &VisitReport) -> String {
    let mut told = String::new();
    for logged in courier.events.drain(..) {
        let event = match logged.event {
            Event::LockedOut { .. } => Event::LockedOut { until: NOON },
            Event::ClockSet { .. } => Event::ClockSet { from: NOON, to: NOON },
            event => event,
        };
        told += &format!("{} {event:?}\n", logged.number);
    }
    told + &format!(
        "confirmed {:?}\nrefused {:?}\ndigest agrees {:?}\nbins {:?}",
        report.confirmed, report.refused, report.digest_agrees, report.bins
    )
}

/// Lets chance do with both boxes what it likes.
fn live_alike(seed: u64, steps: u64) {
    let (mut both, mut dice) = (Both::new(), Dice(seed));
    let mut course = Vec::new();
    for step in 1..=steps {
        if dice.roll(6) == 0 {
            let load = Load::any(&mut dice, both.now, step);
            course.push(format!("{load:?}"));
            let [python, reference] = both.visits(&load, step);
            assert_eq!(python, reference, "seed {seed}, after {course:#?}");
        } else {
            let hand = Hand::any(&mut dice);
            course.push(format!("{hand:?}"));
            let [python, reference] = both.does(&hand);
            assert_eq!(python, reference, "seed {seed}: the screen after {course:#?}");
        }
    }
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn boxes_to_which_the_same_happens_tell_the_same() {
    let seeds = std::env::var("SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(8);
    (0..seeds).for_each(|seed| live_alike(seed, 60));
}
