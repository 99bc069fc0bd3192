//! What goes to a box in somebody's hands, and what comes back: nothing is believed that the box has not signed.

use super::*;
use crate::domain::*;
use crate::journal::Command;
use crate::journal::command::Notify;
use crate::journal::queries::DeliveryState;
use crate::journal::visits::{Brought, batches, open_return};
use crate::smartbox::envelope::{Credential, FoundingKeys, Purpose, ToSign, seal};
use crate::smartbox::errand::{Carrier, Collected, ErrandPlan, ErrandReport, Orderer, run as run_errand};
use crate::smartbox::handover::{BoxParcel, BoxReturn, Handover, Parcel, ParcelError, Pouch, Return, at_reader};
use crate::smartbox::link::{Cut, VirtualLink};
use crate::smartbox::protocol::contents::write;
use crate::smartbox::protocol::messages::{Denial, Envelope, Failure};
use crate::smartbox::testing::{self, NOON, box_keys, draws, enter, keys, paired_with, run};
use crate::smartbox::{Made, ReferenceBox, Why};
use std::future::ready;

/// A manager's device with a booking whose key is in a paired box, and the box.
fn house() -> (Device, BoxId, BookingId, ReferenceBox) {
    let mut desk = Device::founded(NOON.plus_ms(-3_600_000));
    let (key, smartbox) = (desk.add_key("Flat 3"), desk.add_box("Door"));
    let serial = desk.ledger.smartbox(smartbox).expect("the box").details().serial.clone();
    let mut cabinet = ReferenceBox::new(&Made::from_random(serial, &[6; 80].map(|n: u8| n)), bin(8), NOON);
    desk.run(Command::MakeKeys(keys(1).public()));
    paired_with(&mut cabinet, &keys(1));
    desk.run(Command::PairBox(smartbox, box_keys(&cabinet)));
    cabinet.step(crate::smartbox::Input::PutKey { bin: bin(1), key }, NOON);
    desk.now = NOON;
    let id = desk.book(key, "Ana", "2026-11-23T11:00", "2026-11-27T11:00");
    (desk, smartbox, id, cabinet)
}

fn code(desk: &Device, id: BookingId) -> String {
    desk.ledger.booking(id).expect("a booking").code().digits()
}

/// Packs what a box is owed, and notes it.
fn pack(desk: &mut Device, smartbox: BoxId) -> Parcel {
    let batches = batches(&desk.ledger, smartbox, &desk.zones, desk.now, false);
    let known = desk.ledger.smartbox(smartbox).expect("the box").clone();
    let (_, box_keys) = known.pairing().expect("paired");
    let author = keys(1).author(desk.id, desk.now.plus_ms(-1));
    let sealed = batches.iter().zip(1_u8..).map(|(batch, n)| {
        let to_sign = ToSign::new(
            Purpose::Grants,
            &author.key,
            Some(&box_keys.sealing),
            Some(author.credential.clone()),
            write(batch),
        );
        let signature = keys(1).device.sign(&to_sign);
        Envelope(seal(Purpose::Grants, &box_keys.sealing, &to_sign.signed(&signature), [n; 32]).expect("sealed"))
    });
    let envelopes = sealed.collect();
    let grants = batches.iter().flat_map(|batch| batch.grants.iter().map(|grant| grant.id)).collect();
    desk.run(Command::SendBox(smartbox, grants));
    let details = known.details();
    let one = BoxParcel {
        serial: details.serial.clone(),
        name: details.name.clone(),
        place: name("Alfama"),
        keys: box_keys,
        read_from: known.read_through() + 1,
        envelopes,
    };
    Parcel { by: desk.id, made: desk.now, boxes: vec![one] }
}

fn open(desk: &Device, smartbox: BoxId, back: &BoxReturn) -> Brought {
    let known = desk.ledger.smartbox(smartbox).expect("the box");
    open_return(known, &known.pairing().expect("paired").1, &keys(1).opening, back)
}

/// Keeps what was brought.
fn keep(desk: &mut Device, smartbox: BoxId, back: &BoxReturn) -> Brought {
    let brought = open(desk, smartbox, back);
    for (events, chain) in brought.events.clone() {
        desk.run(Command::KeepEvents(smartbox, events, Some(chain)));
    }
    desk.run(Command::KeepVisit(smartbox, brought.record(back, desk.now)));
    brought
}

fn delivery(desk: &Device, id: BookingId) -> (DeliveryState, bool) {
    let delivery = desk.ledger.deliveries(id, &desk.zones, desk.now)[0];
    (delivery.state, delivery.courier.is_some())
}

fn drawn() -> impl FnMut() -> Option<crate::smartbox::Random> {
    let mut draw = draws();
    move || Some(draw())
}

fn technician() -> (FoundingKeys, Orderer) {
    // Its own key; the organization's says what it may do.
    let own = keys(60);
    let credential = Credential {
        device: DeviceId(60),
        role: Role::Technician,
        issued: NOON.plus_ms(-1000),
        expires: NOON.plus_ms(1_000_000_000),
        key: own.device.verifying(),
    };
    let to_sign = credential.to_sign(&keys(1).organization.verifying());
    let signature = keys(1).organization.sign(&to_sign);
    (own.clone(), Orderer { key: own.device.verifying(), credential: to_sign.signed(&signature) })
}

/// A technician's device.
struct Phone {
    pouch: Pouch,
    keys: FoundingKeys,
    now: Instant,
    full: bool,
}

impl Phone {
    fn new() -> Self {
        let (keys_of_it, orderer) = technician();
        let admission = crate::smartbox::handover::Admission {
            organization: name("Tagus Rooms"),
            keys: keys(1).public(),
            credential: Envelope(orderer.credential),
            share: None,
        };
        let pouch = Pouch::new(admission, DeviceId(60), name("Phone"), NOON.plus_ms(1_000_000_000));
        Self { pouch, keys: keys_of_it, now: NOON.plus_ms(60_000), full: false }
    }

    fn plan(&self) -> ErrandPlan {
        let one = &self.pouch.boxes[0];
        ErrandPlan {
            serial: one.serial.clone(),
            keys: one.keys,
            by: Some(technician().1),
            answers: [5; 32],
            envelopes: one.envelopes.iter().map(|one| one.envelope.clone()).collect(),
            commands: Vec::new(),
            read_from: one.read_from,
            set_clock: Some(2_000),
        }
    }

    fn visit(&mut self, smartbox: &mut ReferenceBox, cut_after: Option<u32>) -> Result<ErrandReport, Why> {
        let plan = self.plan();
        let (now, mut draw) = (self.now, draws());
        let mut link = VirtualLink::new(smartbox, now, &mut draw);
        if let Some(exchanges) = cut_after {
            link = link.cut_after(exchanges, Cut::Response);
        }
        run(run_errand(plan, &mut link, self)).map_err(|(_, why)| why)
    }
}

impl Carrier for Phone {
    fn now(&self) -> Instant {
        self.now
    }

    fn random(&mut self) -> Option<[u8; 32]> {
        Some([77; 32])
    }

    fn sign<'a>(&'a mut self, what: &'a ToSign) -> crate::smartbox::Doing<'a, crate::smartbox::envelope::Signature> {
        Box::pin(ready(Some(self.keys.device.sign(what))))
    }

    fn keep(&mut self, collected: Collected, clock_offset_ms: i64) -> crate::smartbox::Doing<'_, ()> {
        if self.full {
            return Box::pin(ready(None));
        }
        let serial = self.pouch.boxes[0].serial.clone();
        self.pouch.collect(&serial, collected, self.now, clock_offset_ms);
        Box::pin(ready(Some(())))
    }
}

#[test]
fn a_technician_carries_a_booking_to_a_box_and_its_events_back_and_reads_neither() {
    let (mut desk, smartbox, id, mut cabinet) = house();
    assert_eq!(delivery(&desk, id), (DeliveryState::Queued, false));
    cabinet.cabinet_mut().set_clock_offset_ms(-30_000);
    let mut phone = Phone::new();
    phone.pouch.take_in(pack(&mut desk, smartbox));
    assert_eq!(phone.pouch.boxes[0].envelopes.len(), 1);
    assert_eq!(delivery(&desk, id), (DeliveryState::Queued, true));

    let report = phone.visit(&mut cabinet, None).expect("the visit comes to its end");
    assert_eq!((report.delivered, report.refused.len(), report.clock_set), (1, 0, true));
    assert!(report.events > 0 && !report.bins.is_empty());
    assert!(phone.pouch.boxes[0].has_news());
    let code = code(&desk, id);
    enter(cabinet.cabinet_mut(), &code, NOON.plus_ms(120_000));
    cabinet.step(crate::smartbox::Input::TakeKey { bin: bin(1) }, NOON.plus_ms(121_000));
    phone.now = NOON.plus_ms(180_000);
    phone.visit(&mut cabinet, None).expect("the second visit");

    let stored = cbor::to_vec(&phone.pouch);
    let holds = |text: &[u8]| stored.windows(text.len()).any(|at| at == text);
    assert!(!holds(code.as_bytes()) && !holds(b"Ana") && !holds(b"Flat 3"));
    assert!(holds(b"Door") && holds(b"Alfama"));

    let back = phone.pouch.to_hand_back();
    let Handover::Return(back) = Handover::read(&Handover::Return(back).file()).expect("a file") else {
        panic!("a return")
    };
    desk.now = NOON.plus_ms(3_600_000);
    let brought = keep(&mut desk, smartbox, &back.boxes[0]);
    assert!(brought.agrees(&desk.ledger, smartbox, &desk.zones), "read back");
    assert_eq!((brought.not_believed, brought.missing, brought.log_restarted), (0, None, false));
    assert_eq!(delivery(&desk, id), (DeliveryState::Live, false));
    assert_eq!(desk.ledger.pick_ups(id).count(), 1);
    assert_eq!(desk.ledger.smartbox(smartbox).and_then(|b| b.visited()).map(|(at, _)| at), Some(NOON.plus_ms(180_000)));

    // The same once more changes nothing.
    let before = desk.ledger.smartbox(smartbox).expect("the box").read_through();
    let again = keep(&mut desk, smartbox, &back.boxes[0]);
    assert!(again.events.is_empty() && again.repeated > 0 && again.is_believed());
    assert_eq!(desk.ledger.smartbox(smartbox).expect("the box").read_through(), before);

    // With the next parcel the technician's device learns that all of it arrived, and the box that it may forget it.
    phone.pouch.handed_back(desk.now);
    desk.now = desk.now.plus_ms(1_000);
    phone.pouch.take_in(pack(&mut desk, smartbox));
    assert!(phone.pouch.boxes[0].reports.is_empty() && phone.pouch.boxes[0].receipts.is_empty());
    phone.now = desk.now;
    phone.visit(&mut cabinet, None).expect("the third visit");
    assert_eq!(cabinet.cabinet().log().first_held(), before + 1);
}

#[test]
fn a_courier_that_is_cut_off_anywhere_goes_on_at_the_next_visit_and_nothing_comes_twice() {
    for cut in 0..8 {
        let (mut desk, smartbox, id, mut cabinet) = house();
        let mut phone = Phone::new();
        phone.pouch.take_in(pack(&mut desk, smartbox));
        let first = phone.visit(&mut cabinet, Some(cut));
        phone.visit(&mut cabinet, None).unwrap_or_else(|why| panic!("after {first:?}: {why}"));
        let back = phone.pouch.to_hand_back();
        let brought = keep(&mut desk, smartbox, &back.boxes[0]);
        let numbers: Vec<u64> = brought.events.iter().flat_map(|(run, _)| run.iter().map(|e| e.number)).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "cut after {cut}");
        assert_eq!(delivery(&desk, id), (DeliveryState::Live, false), "cut after {cut}");
    }
}

#[test]
fn what_a_full_device_could_not_keep_is_brought_the_next_time() {
    let (mut desk, smartbox, id, mut cabinet) = house();
    let mut phone = Phone::new();
    phone.pouch.take_in(pack(&mut desk, smartbox));
    phone.full = true;
    assert_eq!(phone.visit(&mut cabinet, None), Err(Why::Host));
    phone.full = false;
    phone.visit(&mut cabinet, None).expect("the second visit");
    keep(&mut desk, smartbox, &phone.pouch.to_hand_back().boxes[0]);
    assert_eq!(delivery(&desk, id), (DeliveryState::Live, false));
}

#[test]
fn a_box_with_a_reader_takes_a_file_that_nobody_opened() {
    let (mut desk, smartbox, id, mut cabinet) = house();
    let parcel = pack(&mut desk, smartbox);
    let mut draw = drawn();
    let Return { boxes } = at_reader(&mut cabinet, &parcel, NOON, &mut draw).expect("it is for this box");
    keep(&mut desk, smartbox, &boxes[0]);
    assert_eq!(delivery(&desk, id), (DeliveryState::Live, false));
    let other = Parcel { boxes: Vec::new(), ..parcel };
    assert_eq!(at_reader(&mut cabinet, &other, NOON, &mut draw), None);
}

#[test]
fn a_revocation_is_owed_to_a_box_that_may_have_heard_of_the_booking_from_a_courier() {
    let (mut desk, smartbox, id, mut cabinet) = house();
    let parcel = pack(&mut desk, smartbox);
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    assert_eq!(delivery(&desk, id), (DeliveryState::StillAccepts, false), "for all that anybody knows");
    // The older parcel arrives after the newer one: the revocation stays.
    let newer = pack(&mut desk, smartbox);
    let mut draw = drawn();
    let first = at_reader(&mut cabinet, &newer, NOON, &mut draw).expect("it is for this box");
    at_reader(&mut cabinet, &parcel, NOON, &mut draw).expect("it is for this box");
    let outputs = enter(cabinet.cabinet_mut(), &code(&desk, id), NOON);
    assert!(!outputs.iter().any(|output| matches!(output, crate::smartbox::Output::Open(_))));
    keep(&mut desk, smartbox, &first.boxes[0]);
    assert_eq!(delivery(&desk, id), (DeliveryState::Live, false));
}

#[test]
fn what_was_changed_on_the_way_is_not_believed_and_the_rest_is() {
    let (mut desk, smartbox, _, mut cabinet) = house();
    let parcel = pack(&mut desk, smartbox);
    let mut draw = drawn();
    let back = at_reader(&mut cabinet, &parcel, NOON, &mut draw).expect("it is for this box").boxes.remove(0);
    let mut forged = back.clone();
    let middle = forged.receipts[0].0.len() / 2;
    forged.receipts[0].0[middle] ^= 1;
    let brought = open(&desk, smartbox, &forged);
    assert_eq!((brought.not_believed, brought.confirmed.len()), (1, 0));
    assert!(!brought.events.is_empty(), "its events are what the box signed");
    // Of another organization, nothing is.
    let known = desk.ledger.smartbox(smartbox).expect("the box");
    let strange = open_return(known, &known.pairing().expect("paired").1, &keys(9).opening, &back);
    assert!(!strange.is_believed());
    // Of another box, neither.
    let mut other = testing::new_box();
    paired_with(&mut other, &keys(1));
    assert!(!open_return(known, &box_keys(&other), &keys(1).opening, &back).is_believed());
}

#[test]
fn events_that_another_courier_has_are_missed_and_not_taken_for_lost() {
    let (mut desk, smartbox, _, mut cabinet) = house();
    let mut first = pack(&mut desk, smartbox);
    let mut draw = drawn();
    let early = at_reader(&mut cabinet, &first, NOON, &mut draw).expect("for this box").boxes.remove(0);
    first.boxes[0].read_from = cabinet.cabinet().log().next();
    first.boxes[0].envelopes.clear();
    cabinet.step(crate::smartbox::Input::TakeKey { bin: bin(1) }, NOON.plus_ms(1_000));
    let late = at_reader(&mut cabinet, &first, NOON.plus_ms(2_000), &mut draw).expect("for this box").boxes.remove(0);
    let brought = open(&desk, smartbox, &late);
    assert!(brought.events.is_empty() && brought.lost.is_empty() && brought.missing.is_some());
    keep(&mut desk, smartbox, &early);
    assert_eq!(keep(&mut desk, smartbox, &late).events.len(), 1);
}

#[test]
fn a_parcel_of_another_organization_or_of_a_technician_is_not_taken() {
    let (mut desk, smartbox, ..) = house();
    let parcel = pack(&mut desk, smartbox);
    let organization = keys(1).organization.verifying();
    let signed = |by: &FoundingKeys, credential: Vec<u8>, parcel: &Parcel| {
        let to_sign = parcel.to_sign(&by.device.verifying(), credential);
        let signature = by.device.sign(&to_sign);
        to_sign.signed(&signature)
    };
    let own = signed(&keys(1), keys(1).credential(desk.id, NOON), &parcel);
    assert_eq!(Parcel::read(&own, &organization, NOON), Ok(parcel.clone()));
    assert_eq!(Parcel::unchecked(&own), Ok(parcel.clone()));
    let Handover::Parcel(read) =
        Handover::read(Handover::Parcel(Envelope(own.clone())).text().as_bytes()).expect("a text")
    else {
        panic!("a parcel")
    };
    assert_eq!(read.0, own);
    let strange = signed(&keys(2), keys(2).credential(desk.id, NOON), &parcel);
    assert!(matches!(Parcel::read(&strange, &organization, NOON), Err(ParcelError::Credential(_))));
    let (phone, orderer) = technician();
    let mut of_phone = parcel;
    of_phone.by = DeviceId(60);
    let of_phone = signed(&phone, orderer.credential, &of_phone);
    assert_eq!(Parcel::read(&of_phone, &organization, NOON), Err(ParcelError::Role));
}

#[test]
fn a_batch_that_a_box_refuses_does_not_keep_the_others_back() {
    let (mut desk, smartbox, _, mut cabinet) = house();
    let mut phone = Phone::new();
    let mut parcel = pack(&mut desk, smartbox);
    let good = parcel.boxes[0].envelopes[0].clone();
    let mut bad = good.clone();
    let end = bad.0.len() - 1;
    bad.0[end] ^= 1;
    parcel.boxes[0].envelopes = vec![bad, good];
    phone.pouch.take_in(parcel);
    let report = phone.visit(&mut cabinet, None).expect("it comes to its end");
    assert_eq!((report.delivered, report.refused), (1, vec![Failure::Denied(Denial::Forged)]));
    assert_eq!(phone.pouch.boxes[0].envelopes.len(), 1, "what was refused is still there");
}

#[test]
fn a_journal_that_was_handed_over_is_taken_up_by_the_new_device() {
    let (mut desk, ..) = house();
    desk.run(Command::EnrolDevice { device: DeviceId(9), name: name("Tablet"), role: Role::FrontDesk });
    let journal = cbor::to_vec(&desk.entries);
    let entries: Vec<crate::journal::Entry> = cbor::from_slice(&journal).expect("entries");
    let tablet = crate::journal::Desk::open(crate::journal::port::MemoryJournal::default());
    let tablet = pollster::block_on(tablet).expect("an empty journal");
    let identity = crate::journal::port::Identity { device: DeviceId(9), codes: CodeKey::new([7; 32]) };
    pollster::block_on(tablet.join(identity.clone(), &entries)).expect("it joins");
    assert_eq!(*tablet.ledger(), desk.ledger);
    assert!(pollster::block_on(tablet.join(identity, &entries)).is_err(), "once");
    let booked = Command::MakeBooking(booking(
        tablet.ledger().keys().next().expect("a key").0,
        "Bia",
        "2026-12-01T15:00",
        "2026-12-03T11:00",
    ));
    let decided = pollster::block_on(tablet.submit(&booked, NOON, &desk.zones)).expect("it has codes of its own");
    assert_eq!(decided.booking().map(|id| id.0.device()), Some(DeviceId(9)));
}
