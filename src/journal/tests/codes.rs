//! Codes that devices issue though they are offline (rule 9), and how long one rests (rule 8).

use std::collections::HashSet;

use super::*;
use crate::domain::*;
use crate::journal::command::*;
use crate::journal::decide::REST_MS;
use crate::journal::{Command, Refusal};

fn six() -> CodeDigits {
    CodeDigits::new(6).expect("6 to 9")
}

fn issue(desk: &mut Device, key: KeyId) -> Result<BookingCode, Refusal> {
    let ongoing =
        NewBooking { right: RequestedRight::Ongoing, ..booking(key, "Ana", "2026-11-24T15:00", "2026-11-27T11:00") };
    let id = desk.submit(&Command::MakeBooking(ongoing))?.booking().expect("a booking");
    Ok(desk.ledger.booking(id).expect("made").code())
}

/// A device and seven more, enrolled by one another in a tree, none of which hears of the others' bookings.
fn tree() -> (Vec<Device>, KeyId) {
    let mut root = Device::founded_with(lisbon("2026-11-22T10:00"), six());
    let key = root.add_key("Flat 3");
    // Codes of before the others joined: they know them, since they joined after that.
    for _ in 0..40 {
        issue(&mut root, key).expect("issued");
    }
    let mut devices = vec![root];
    for id in 2..=8 {
        let parent = (id as usize - 2) / 2;
        let child = devices[parent].enrol(id);
        devices.push(child);
    }
    (devices, key)
}

#[test]
fn every_lot_has_one_owner_however_devices_are_enrolled() {
    let (mut devices, _) = tree();
    for i in 0..devices.len() {
        let from = devices[i].clone();
        devices[0].learn(&from);
    }
    let all = &devices[0].ledger;
    let mut lots: Vec<u8> = devices.iter().flat_map(|d| all.lots(d.id)).collect();
    assert!(devices.iter().all(|d| all.lots(d.id) == d.ledger.lots(d.id)), "each knows its own");
    lots.sort_unstable();
    assert_eq!(lots, (0..100).collect::<Vec<u8>>());
}

#[test]
fn devices_that_are_offline_never_issue_the_same_code_nor_near_ones() {
    let (mut devices, key) = tree();
    let mut codes: HashSet<BookingCode> = devices[0].ledger.bookings().map(|(_, b)| b.code()).collect();
    for device in &mut devices {
        for _ in 0..120 {
            let code = issue(device, key).expect("issued");
            assert!(codes.insert(code), "a code was issued twice");
        }
    }
    assert_eq!(codes.len(), 40 + 8 * 120);
    assert!(codes.iter().all(|code| code.neighbours().iter().all(|near| !codes.contains(near))));
}

#[test]
fn codes_of_another_length_do_not_get_in_each_others_way() {
    let (mut devices, key) = tree();
    let desk = &mut devices[3];
    let digits =
        |digits| Command::ChangeOrganization { name: name("Tagus"), digits: CodeDigits::new(digits).expect("6 to 9") };
    let mut codes = HashSet::new();
    for length in [6, 9, 6, 7] {
        if desk.ledger.organization().expect("founded").digits.get() != length {
            desk.run(digits(length));
        }
        for _ in 0..50 {
            let code = issue(desk, key).expect("issued");
            assert_eq!(code.length(), length);
            assert!(codes.insert(code));
        }
    }
}

#[test]
fn a_ring_of_codes_comes_round_past_live_ones_and_a_code_rests_90_days() {
    let mut desk = Device::founded_with(lisbon("2026-11-22T10:00"), six());
    let key = desk.add_key("Flat 3");
    let mut id = 1;
    while desk.ledger.lots(desk.id).len() > 1 {
        id += 1;
        desk.enrol(id);
    }
    let last = Command::EnrolDevice { device: DeviceId(id + 1), name: name("One more"), role: Role::FrontDesk };
    assert_eq!(desk.submit(&last), Err(Refusal::NoLots), "a lot is not cut");

    let codes: Vec<BookingCode> = (0..1_000).map(|_| issue(&mut desk, key).expect("issued")).collect();
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 1_000);
    let before = desk.ledger.clone();
    assert_eq!(issue(&mut desk, key), Err(Refusal::CodesExhausted { digits: 6 }));
    assert_eq!(desk.ledger, before);

    let with = |desk: &Device, code| desk.ledger.bookings_with(code).next().expect("issued").0;
    for code in [codes[700], codes[3]] {
        let id = with(&desk, code);
        desk.run(Command::RevokeBooking(id, Notify::Nobody));
    }
    let revoked = desk.now;
    desk.now = revoked.plus_ms(REST_MS - 1);
    assert_eq!(issue(&mut desk, key), Err(Refusal::CodesExhausted { digits: 6 }));
    desk.now = revoked.plus_ms(REST_MS);
    assert_eq!(issue(&mut desk, key), Ok(codes[3]), "the ring goes on where it stood");
    assert_eq!(issue(&mut desk, key), Ok(codes[700]));
    assert_eq!(desk.ledger.bookings_with(codes[3]).count(), 2);
}

#[test]
fn a_device_that_may_not_issue_codes_makes_no_booking() {
    let (devices, key) = tree();
    let mut stranger = Device { id: DeviceId(99), ..devices[0].clone() };
    assert_eq!(issue(&mut stranger, key), Err(Refusal::NoLots));
}

#[test]
fn a_key_that_is_not_back_keeps_its_bookings_code_from_being_issued_again() {
    let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
    let (key, smartbox) = (desk.add_key("Flat 3"), desk.add_box("Door"));
    let id = desk.book(key, "Ana", "2026-11-24T15:00", "2026-11-27T11:00");
    let code = desk.ledger.booking(id).expect("made").code();
    let event = crate::smartbox::protocol::Event::PickUp { grant: id.0, key, bin: bin(1) };
    desk.run(Command::KeepEvents(smartbox, vec![logged(1, "2026-11-24T16:00", event)], None));
    let later = lisbon("2027-11-27T11:00");
    assert!(desk.ledger.code_rests(code, later, &desk.zones));
    let event = crate::smartbox::protocol::Event::DropOff { key, bin: bin(1) };
    desk.run(Command::KeepEvents(smartbox, vec![logged(2, "2026-12-24T16:00", event)], None));
    assert!(!desk.ledger.code_rests(code, later, &desk.zones));
    assert!(desk.ledger.code_rests(code, lisbon("2027-02-25T10:59"), &desk.zones));
    assert!(!desk.ledger.code_rests(code, lisbon("2027-02-25T11:00"), &desk.zones));
}
