//! What the tests of this module share.

use std::future::ready;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::cabinet::{Button, Cabinet, Input, Merge, Output, Screen};
use super::carry::{Doing, Host, pair};
use super::envelope::{FoundingKeys, Signature, ToSign};
use super::link::VirtualLink;
use super::pairing::{BoxKeys, Offered, PairingPlan};
use super::protocol::{Digest, Grant, GrantState, KeyNotice, KeyPlace, LoggedEvent};
use super::reference_box::{Made, Random, ReferenceBox};
use super::visit::{Author, VisitPlan};
use crate::domain::time::HOUR_MS;
use crate::domain::{BinNumber, BookingCode, DeviceId, FactId, Instant, KeyId, Name, SerialNumber, Stamp};

/// A Monday noon in UTC.
pub(crate) const NOON: Instant = Instant::from_ms(1_795_435_200_000);
/// A code with the right check digit.
pub(crate) const CODE: &str = "1864228";

pub(crate) fn fact(counter: u32) -> FactId {
    FactId::new(DeviceId(7), counter)
}

pub(crate) fn key(counter: u32) -> KeyId {
    KeyId(fact(counter))
}

pub(crate) fn bin(number: u8) -> BinNumber {
    BinNumber::new(number).expect("1 to 99")
}

pub(crate) fn serial() -> SerialNumber {
    SerialNumber::parse("LB-0042").expect("a serial number")
}

pub(crate) fn stamp(ms: i64, by: u32) -> Stamp {
    Stamp { clock: (ms as u64) << 16, by: fact(by) }
}

/// A live grant for key 1, open from an hour before noon to an hour after.
pub(crate) fn grant(id: u32, code: &str) -> Grant {
    Grant {
        id: fact(id),
        stamp: stamp(NOON.ms() - HOUR_MS, id),
        key: key(1),
        code: BookingCode::parse(code).expect("a code"),
        from: NOON.plus_ms(-HOUR_MS),
        until: Some(NOON.plus_ms(HOUR_MS)),
        state: GrantState::Live,
    }
}

/// A grant written anew, one millisecond later.
pub(crate) fn anew(grant: &Grant, change: impl FnOnce(&mut Grant)) -> Grant {
    let mut new = grant.clone();
    new.stamp.clock += 1 << 16;
    change(&mut new);
    new
}

pub(crate) fn notice(of: u32, ms: i64, place: KeyPlace) -> KeyNotice {
    KeyNotice { key: key(of), stamp: stamp(ms, of), place }
}

pub(crate) fn in_box(name: &str) -> KeyPlace {
    KeyPlace::InBox { name: Name::parse(name).expect("a name") }
}

/// A cabinet of 4 bins with key 1 in bin 1, as after a drop-off.
pub(crate) fn cabinet() -> Cabinet {
    let mut cabinet = Cabinet::new(serial(), bin(4), NOON);
    drop_off(&mut cabinet, 1, NOON);
    cabinet
}

/// Bytes that are random enough for a test: each call gives others.
pub(crate) fn draws() -> impl FnMut() -> Random {
    draws_after(0)
}

fn draws_after(mut drawn: u8) -> impl FnMut() -> Random {
    move || {
        drawn = drawn.wrapping_add(1);
        std::array::from_fn(|n| drawn.wrapping_mul(31).wrapping_add(n as u8))
    }
}

/// What the maker gave the box.
pub(crate) fn made() -> Made {
    Made::from_random(serial(), &std::array::from_fn(|n| n as u8))
}

/// The organization's keys, those of another, and those of its devices.
pub(crate) fn keys(of: u8) -> FoundingKeys {
    FoundingKeys::from_random(&std::array::from_fn(|n| of.wrapping_add(n as u8)))
}

/// The manager's device, 7, of an organization.
pub(crate) fn author(of: &FoundingKeys) -> Author {
    of.author(DeviceId(7), NOON.plus_ms(-HOUR_MS))
}

/// Runs what never waits.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a virtual link never waits"),
    }
}

/// A box of 4 bins with key 1 in bin 1, fresh from its maker.
pub(crate) fn new_box() -> ReferenceBox {
    let mut smartbox = ReferenceBox::new(&made(), bin(4), NOON);
    drop_off(smartbox.cabinet_mut(), 1, NOON);
    smartbox
}

/// Pairs a box with the organization of these keys.
pub(crate) fn paired_with(smartbox: &mut ReferenceBox, of: &FoundingKeys) {
    let plan = PairingPlan { label: smartbox.label(), organization: of.public(), drawn: [9; 32] };
    // Another box, and the same one the next time, draws something else.
    let mut draw = draws_after(smartbox.label().secret.expose()[0].wrapping_add(smartbox.cabinet().log().next() as u8));
    let mut link = VirtualLink::new(smartbox, NOON, &mut draw);
    run(pair(plan, &mut link, &mut Desk::default())).expect("it is paired");
}

/// The same box, paired with the organization of [`keys`] 1. Its log has four events: power, a drop-off, the pairing, the clock.
pub(crate) fn smartbox() -> ReferenceBox {
    let mut smartbox = new_box();
    paired_with(&mut smartbox, &keys(1));
    smartbox
}

/// A visit of the manager to the box.
pub(crate) fn plan(grants: Vec<Grant>) -> VisitPlan {
    VisitPlan {
        serial: serial(),
        keys: box_keys(&smartbox()),
        by: author(&keys(1)),
        number: 1,
        answers: [5; 32],
        grants,
        confirmed: Vec::new(),
        doubtful: Vec::new(),
        notices: Vec::new(),
        barred: Vec::new(),
        commands: Vec::new(),
        read_from: 1,
        chain: None,
        set_clock: None,
    }
}

pub(crate) fn box_keys(smartbox: &ReferenceBox) -> BoxKeys {
    BoxKeys { verifying: smartbox.verifying(), sealing: smartbox.sealing() }
}

/// What a device keeps for a visit.
pub(crate) struct Desk {
    pub(crate) signs: FoundingKeys,
    pub(crate) events: Vec<LoggedEvent>,
    pub(crate) chain: Option<Digest>,
    pub(crate) full: bool,
    pub(crate) offered: Option<Offered>,
    drawn: u8,
}

impl Desk {
    pub(crate) fn of(signs: FoundingKeys) -> Self {
        Self { signs, events: Vec::new(), chain: None, full: false, offered: None, drawn: 0 }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::of(keys(1))
    }
}

impl Host for Desk {
    fn now(&self) -> Instant {
        NOON
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        self.drawn = self.drawn.wrapping_add(1);
        Some([self.drawn; 32])
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> Doing<'a, Signature> {
        Box::pin(ready(Some(self.signs.device.sign(what))))
    }

    fn store(&mut self, events: Vec<LoggedEvent>, chain: Digest) -> Doing<'_, ()> {
        if self.full {
            return Box::pin(ready(None));
        }
        self.events.extend(events);
        self.chain = Some(chain);
        Box::pin(ready(Some(())))
    }

    fn keep(&mut self, offered: Offered) -> Doing<'_, ()> {
        self.offered = Some(offered);
        Box::pin(ready(Some(())))
    }
}

/// A drop-off from the tag at the reader to the shut door; the bin it went into.
pub(crate) fn drop_off(smartbox: &mut Cabinet, of: u32, now: Instant) -> BinNumber {
    let outputs = smartbox.step(Input::PresentTag(key(of)), now);
    let [Output::Open(bin), Output::Show(Screen::ReturnHere { bin: shown })] = outputs[..] else {
        panic!("a drop-off opens a bin: {outputs:?}")
    };
    assert_eq!(bin, shown);
    smartbox.step(Input::PutKey { bin, key: key(of) }, now);
    smartbox.step(Input::CloseDoor { bin }, now);
    bin
}

/// Types a code; what the box does on Enter.
pub(crate) fn enter(smartbox: &mut Cabinet, code: &str, now: Instant) -> Vec<Output> {
    for digit in code.bytes() {
        smartbox.step(Input::Press(Button::Digit(digit - b'0')), now);
    }
    smartbox.step(Input::Press(Button::Enter), now)
}

pub(crate) fn deliver(cabinet: &mut Cabinet, grants: &[Grant], notices: &[KeyNotice]) -> Merge {
    cabinet.merge(grants.to_vec(), notices.to_vec(), NOON)
}

/// Numbers that look random, and are the same again from the same seed.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn from(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    /// A number below another, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }

    /// Fewer bytes than so many.
    pub(crate) fn run(&mut self, below: usize) -> Vec<u8> {
        (0..self.below(below)).map(|_| self.next() as u8).collect()
    }

    /// Bytes with one to four changes: flipped, written over, cut off, left out, put in.
    pub(crate) fn altered(&mut self, original: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(9)).min(bytes.len());
            match (self.below(5), bytes.get_mut(at)) {
                (0 | 1, Some(byte)) => *byte ^= 1 << self.below(8),
                (2, Some(byte)) => *byte = self.next() as u8,
                (3, _) if self.one_in(4) => bytes.truncate(at),
                (3, _) => drop(bytes.drain(at..end)),
                _ => drop(bytes.splice(at..at, self.run(9))),
            }
        }
        bytes
    }
}
