//! What the tests of this module share.

use super::protocol::{Grant, GrantState, KeyNotice, KeyPlace, Request, Response, read_response, write_request};
use super::reference_box::{Button, Input, Output, ReferenceBox, Screen};
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

/// A box of 4 bins with key 1 in bin 1, as after a drop-off.
pub(crate) fn smartbox() -> ReferenceBox {
    let mut smartbox = ReferenceBox::new(serial(), bin(4), NOON);
    drop_off(&mut smartbox, 1, NOON);
    smartbox
}

/// A drop-off from the tag at the reader to the shut door; the bin it went into.
pub(crate) fn drop_off(smartbox: &mut ReferenceBox, of: u32, now: Instant) -> BinNumber {
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
pub(crate) fn enter(smartbox: &mut ReferenceBox, code: &str, now: Instant) -> Vec<Output> {
    for digit in code.bytes() {
        smartbox.step(Input::Press(Button::Digit(digit - b'0')), now);
    }
    smartbox.step(Input::Press(Button::Enter), now)
}

/// One exchange, typed.
pub(crate) fn ask(smartbox: &mut ReferenceBox, request: &Request, now: Instant) -> Response {
    let (exchange, response) = read_response(&smartbox.exchange(&write_request(9, request), now)).expect("a response");
    assert_eq!(exchange, 9, "the answer repeats the exchange");
    response
}

pub(crate) fn deliver(smartbox: &mut ReferenceBox, grants: &[Grant], notices: &[KeyNotice]) -> Response {
    ask(smartbox, &Request::Deliver { grants: grants.to_vec(), notices: notices.to_vec() }, NOON)
}
