//! What happens to the reference box and to the one in Python alike, they tell alike.

use std::future::ready;

use latchbook::domain::{BinNumber, BookingCode, DeviceId, FactId, Instant, KeyId, Name, SerialNumber, Stamp};
use latchbook::smartbox::envelope::{FoundingKeys, Purpose, Signature, ToSign, seal};
use latchbook::smartbox::protocol::contents::{Batch, Challenge, Command, Order, write};
use latchbook::smartbox::protocol::messages::{Envelope, Request, Response, read_response, write_request};
use latchbook::smartbox::protocol::{Barred, Digest, VERSIONS};
use latchbook::smartbox::{
    Button, Doing, Grant, GrantState, Host, Input, KeyNotice, KeyPlace, Label, Link, LoggedEvent, Made, Offered,
    PairingPlan, ReferenceBox, Screen, VirtualLink, VisitPlan, VisitReport, carry, pair,
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
    fn of(organization: u8) -> Self {
        let keys = FoundingKeys::from_random(&std::array::from_fn(|n| organization.wrapping_add(n as u8)));
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
        let ms = now.plus_ms(dice.one_of(&[-HOUR_MS, 0, 60_000])).ms() as u64;
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
        let couriers = [Courier::of(1), Courier::of(1)];
        Self { python: SmartBox::start(), reference, couriers, now: NOON, drawn: 0 }
    }

    /// Couriers of an organization come by.
    fn send(&mut self, organization: u8) {
        self.couriers = [Courier::of(organization), Courier::of(organization)];
    }

    /// The organization pairs both; what each tells.
    fn pairs(&mut self) -> [String; 2] {
        let now = self.now;
        self.over_each(|label, link, courier| {
            courier.now = now;
            let plan = PairingPlan { label, organization: courier.keys.public(), drawn: [9; 32] };
            let status = block_on(pair(plan, link, courier)).map(|status| (status.next, status.lost, status.bins));
            format!("{status:?}")
        })
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

    /// Anybody asks both; what each answers.
    fn answers(&mut self, request: &[u8]) -> [Vec<u8>; 2] {
        self.over_each(|_, link, _| block_on(link.exchange(request.to_vec())).expect("an answer"))
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
            match block_on(carry(plan, link, courier)) {
                Ok(report) => told(courier, &report),
                Err(broken) => format!("{}: {}", told(courier, &broken.report), broken.why),
            }
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

/// What both boxes are to tell alike.
fn told(courier: &mut Courier, report: &VisitReport) -> String {
    format!("{:#?}\n{report:#?}", std::mem::take(&mut courier.events))
}

fn same([python, reference]: [String; 2], after: &dyn std::fmt::Debug) {
    assert_eq!(python, reference, "after {after:#?}");
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn boxes_to_which_the_same_happens_tell_the_same() {
    for seed in 0..2 {
        let (mut both, mut dice, mut course) = (Both::new(), Dice(seed), Vec::new());
        same(both.pairs(), &"pairing");
        for step in 1..=200 {
            if dice.roll(6) == 0 {
                let load = Load::any(&mut dice, both.now, step);
                course.push(format!("{load:?}"));
                same(both.visits(&load, step), &course);
            } else {
                let hand = Hand::any(&mut dice);
                course.push(format!("{hand:?}"));
                same(both.does(&hand), &course);
            }
        }
    }
}

/// A grant of key 1 that is open now, or dead.
fn grant(number: u64, is_dead: bool) -> Grant {
    Grant {
        id: id(number),
        stamp: Stamp { clock: (NOON.ms() as u64) << 16, by: id(number) },
        key: KeyId(id(1)),
        code: BookingCode::parse(&format!("9{number:06}")).expect("a code"),
        from: NOON,
        until: None,
        state: if is_dead { GrantState::Revoked } else { GrantState::Live },
    }
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn boxes_that_are_full_tell_the_same() {
    let mut both = Both::new();
    let key = KeyId(id(1));
    // More happens than a log holds, before the first pairing and after it.
    for round in 0..4_200 {
        same(both.does(&if round % 2 == 0 { Hand::Puts(bin(1), key) } else { Hand::Takes(bin(1)) }), &round);
    }
    same(both.pairs(), &"pairing");
    // More grants than a box holds: one in ten is dead, and one by which the key is out stays.
    let first = Load { grants: (1..=400).map(|n| grant(n, n % 10 == 0)).collect(), ..Load::default() };
    same(both.visits(&first, 1), &"the first grants");
    same(both.does(&Hand::Tag(key)), &"tag");
    same(both.does(&Hand::Puts(bin(1), key)), &"put");
    same(both.does(&Hand::Types("9000001")), &"code");
    same(both.does(&Hand::Takes(bin(1))), &"take");
    let mut revoked = grant(1, true);
    revoked.stamp.clock += 1;
    let more = (401..=1_060).map(|n| grant(n, n % 10 == 0));
    let second = Load { grants: [revoked].into_iter().chain(more).collect(), ..Load::default() };
    same(both.visits(&second, 10), &"more than fit");
    let third = Load { grants: (1_061..=1_100).map(|n| grant(n, n % 2 == 0)).collect(), ..Load::default() };
    same(both.visits(&third, 20), &"more still");
    // What was dropped does not come back by an older delivery.
    same(both.visits(&first, 30), &"the first grants again");
    for code in ["9000001", "9000020", "9000021", "9001059", "9001061", "9001062"] {
        same(both.does(&Hand::Types(code)), &code);
    }
    let third = Load { grants: (1_101..=1_160).map(|n| grant(n, false)).collect(), ..Load::default() };
    same(both.visits(&third, 40), &"there is no more room");
    // What a courier without the key goes by.
    for from in [1, 4_000, 1 << 60] {
        let answers = both.answers(&write_request(1, &Request::ReadEvents { from, at_most: 3 }));
        let numbers = answers.map(|answer| match read_response(&answer) {
            Ok((1, Response::Events { through, next, .. })) => format!("{through} of {next}"),
            other => panic!("events, got {other:?}"),
        });
        same(numbers, &from);
    }
}

/// Bytes of which one or two among the first are others, or gone, or new. Heads stand there.
fn garbled(dice: &mut Dice, mut bytes: Vec<u8>, among: usize) -> Vec<u8> {
    for _ in 0..=dice.roll(2) {
        let at = dice.roll(bytes.len().min(among) as u64) as usize;
        match dice.roll(4) {
            // An array of indefinite length may be taken, or not.
            0 => bytes[at] = Some(dice.roll(256) as u8).filter(|byte| *byte != 0x9f).unwrap_or(0x80),
            1 => bytes[at] = dice.one_of(&[0x00, 0x01, 0x18, 0x80, 0x81, 0x82, 0xa0, 0xc2, 0xf6, 0xff]),
            2 => bytes.insert(at, dice.one_of(&[0x00, 0x18, 0x19, 0x81, 0x82, 0xf6])),
            _ => drop(bytes.remove(at)),
        }
    }
    bytes
}

/// What is answered, without what has keys and times in it.
fn refusal(answer: &[u8]) -> String {
    match read_response(answer) {
        Ok((exchange, Response::Failed(failure))) => format!("{exchange} {failure:?}"),
        Ok((exchange, _)) => format!("{exchange} {:?}", answer.get(4)),
        Err(error) => format!("{error:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn boxes_refuse_the_same_contents_and_envelopes() {
    let (mut both, mut dice) = (Both::new(), Dice(2));
    same(both.pairs(), &"pairing");
    let barred = Barred { device: DeviceId(9), stamp: Stamp { clock: 1, by: id(1) } };
    let name = Name::parse("Courtyard").expect("a name");
    let notice = KeyNotice { key: KeyId(id(1)), stamp: barred.stamp, place: KeyPlace::InBox { name } };
    let batch = Batch {
        number: 1,
        grants: vec![grant(1, false)],
        notices: vec![notice],
        stored: 1,
        chain: Some(Digest([7; 32])),
        barred: vec![barred],
    };
    let order =
        |command| Order { challenge: Challenge([7; 16]), answer_to: Courier::of(1).keys.opening.sealing(), command };
    let contents = [
        (Purpose::Grants, write(&batch)),
        (Purpose::Command, write(&order(Command::SetClock { to: NOON }))),
        (Purpose::Command, write(&order(Command::SetBin { bin: bin(1), enabled: true }))),
        (Purpose::Command, write(&order(Command::BeginLog { from: 7 }))),
    ];
    for step in 0..400 {
        let (purpose, content) = &contents[dice.roll(4) as usize];
        let seed = dice.roll(1 << 60);
        let layer = step % 4;
        let mut tried = String::new();
        let answers = both.over_each(|_, link, courier| {
            let mut dice = Dice(seed);
            let mut change = |changes: bool, bytes: Vec<u8>| {
                let bytes = if changes { garbled(&mut dice, bytes, 200) } else { bytes };
                if changes {
                    tried = hex(&bytes);
                }
                bytes
            };
            let to = courier.offered.clone().expect("it is paired").keys.sealing;
            let author = courier.keys.author(DeviceId(7), NOON);
            let credential = change(layer == 1, author.credential);
            let content = change(layer == 0, content.clone());
            let to_sign = ToSign::new(*purpose, &author.key, Some(&to), Some(credential), content);
            let signature = courier.keys.device.sign(&to_sign);
            let signed = change(layer == 2, to_sign.signed(&signature));
            let sealed = change(layer == 3, seal(*purpose, &to, &signed, [3; 32]).expect("sealed"));
            let envelope = Envelope(sealed);
            let request = match purpose {
                Purpose::Grants => Request::Deliver { envelope },
                _ => Request::Command { envelope },
            };
            refusal(&block_on(link.exchange(write_request(step, &request))).expect("an answer"))
        });
        same(answers, &(layer, purpose, tried));
    }
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn boxes_refuse_the_same_messages() {
    let (mut both, mut dice) = (Both::new(), Dice(1));
    same(both.pairs(), &"pairing");
    let envelope = || Envelope(vec![7; 30]);
    let requests = [
        Request::Hello { versions: VERSIONS },
        Request::Pair { drawn: [9; 32] },
        Request::Join { envelope: envelope() },
        Request::Deliver { envelope: envelope() },
        Request::ReadEvents { from: 1, at_most: 300 },
        Request::Command { envelope: envelope() },
    ];
    for _ in 0..2_000 {
        let message = write_request(4, &requests[dice.roll(6) as usize]);
        let message = garbled(&mut dice, message, 12);
        let answers = both.answers(&message).map(|answer| refusal(&answer));
        same(answers, &hex(&message));
    }
}

#[test]
#[ignore = "another box, in Python: `cargo xtask test --only native` runs this"]
fn boxes_that_are_paired_anew_or_reset_tell_the_same() {
    let mut both = Both::new();
    same(both.pairs(), &"pairing");
    let key = KeyId(id(1));
    let reset = Load { commands: vec![Command::Reset], ..Load::default() };
    let told = Load { grants: vec![grant(1, false)], ..Load::default() };
    for (n, organization) in [1, 1, 2, 2, 1].into_iter().enumerate() {
        let after = format!("pairing {n}");
        both.send(organization);
        same(both.pairs(), &after);
        same(both.does(&Hand::Service), &after);
        same(both.pairs(), &after);
        same(both.does(&Hand::Puts(bin(1), key)), &after);
        same(both.visits(&told, 1), &after);
        same(both.does(&Hand::Types("9000001")), &after);
        same(both.does(&Hand::Takes(bin(1))), &after);
        same(both.does(&Hand::Shuts(bin(1))), &after);
        same(both.visits(&reset, 2), &after);
        same(both.does(&Hand::Service), &after);
        if n % 2 == 0 {
            same(both.does(&Hand::Waits(59_000)), &after);
            same(both.visits(&reset, 3), &after);
            same(both.does(&Hand::Types("9000001")), &after);
        } else {
            same(both.does(&Hand::Waits(61_000)), &after);
            same(both.visits(&reset, 3), &after);
        }
    }
}
