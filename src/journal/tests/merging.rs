//! Devices that are offline decide apart, and agree once they have exchanged their facts.

use super::*;
use crate::domain::*;
use crate::journal::command::*;
use crate::journal::fact::{Confirmed, MessageState, StatedPlace, Subject, Vocabulary};
use crate::journal::ledger::{Applied, TemplateName};
use crate::journal::queries::{DeliveryState, Status};
use crate::journal::{Command, Entry, Ledger};
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::{Event, GrantState, LoggedEvent};
use crate::smartbox::testing::keys;
use proptest::prelude::*;

const START: &str = "2026-11-24T15:00";
const END: &str = "2026-11-27T11:00";

/// Two devices that know the same, with a key, a box and a booking.
fn two() -> (Device, Device, KeyId, BoxId, BookingId) {
    let mut one = Device::founded(lisbon("2026-11-22T10:00"));
    let (key, smartbox) = (one.add_key("Flat 3"), one.add_box("Door"));
    let id = one.book(key, "Ana", START, END);
    let other = one.enrol(2);
    (one, other, key, smartbox, id)
}

fn exchange(one: &mut Device, other: &mut Device) {
    one.learn(other);
    other.learn(one);
    assert_eq!(one.ledger, other.ledger);
}

/// What a box holds that was visited by several devices: of two versions of a grant, the one with the higher stamp.
fn deliver(held: &mut Option<crate::smartbox::protocol::Grant>, desk: &mut Device, smartbox: BoxId) {
    let (grants, _) = desk.ledger.owed(smartbox, &desk.zones, desk.now);
    let mut confirmed = Vec::new();
    for grant in grants {
        if held.as_ref().is_none_or(|held| held.stamp < grant.stamp) {
            *held = Some(grant);
        }
    }
    confirmed.extend(held.iter().map(|held| Confirmed { grant: held.id, stamp: held.stamp }));
    desk.run(Command::KeepVisit(smartbox, VisitRecord { confirmed, clock: desk.now, ..VisitRecord::default() }));
}

#[test]
fn one_key_booked_twice_offline_is_a_conflict_on_both_devices_until_it_is_settled() {
    let (mut one, mut other, key, ..) = two();
    let first = one.book(key, "Bia", "2026-12-01T15:00", "2026-12-03T11:00");
    let second = other.book(key, "Caio", "2026-12-02T15:00", "2026-12-04T11:00");
    let conflicts = |desk: &Device, id| desk.ledger.conflicts(id, &desk.zones, desk.now);
    assert!(conflicts(&one, first).is_empty() && conflicts(&other, second).is_empty());
    exchange(&mut one, &mut other);
    for desk in [&one, &other] {
        assert_eq!((conflicts(desk, first), conflicts(desk, second)), (vec![second], vec![first]));
    }
    let mut revoking = one.clone();
    revoking.run(Command::RevokeBooking(second, Notify::Nobody));
    assert!(conflicts(&revoking, first).is_empty() && conflicts(&revoking, second).is_empty());
    let terms = BookingTerms { overlap: Overlap::Allow, ..one.terms(first) };
    one.run(Command::EditBooking(first, terms));
    exchange(&mut one, &mut other);
    assert!(conflicts(&other, first).is_empty() && conflicts(&other, second).is_empty());
    let late = lisbon("2026-12-05T12:00");
    assert!(other.ledger.conflicts(second, &other.zones, late).is_empty());
}

#[test]
fn a_revocation_ends_pick_up_whatever_another_device_edited_and_delivered_after_it() {
    let (mut one, mut other, _, smartbox, id) = two();
    let mut held = None;
    one.run(Command::RevokeBooking(id, Notify::Nobody));
    other.now = one.now.plus_ms(3_600_000);
    let longer = BookingTerms { times: Some((wall(START), wall("2026-11-29T11:00"))), ..other.terms(id) };
    other.run(Command::EditBooking(id, longer));
    deliver(&mut held, &mut other, smartbox);
    exchange(&mut one, &mut other);
    let state = |desk: &Device| desk.ledger.deliveries(id, &desk.zones, desk.now)[0].state;
    assert_eq!(state(&one), DeliveryState::StillAccepts);
    deliver(&mut held, &mut one, smartbox);
    assert_eq!(held.as_ref().map(|held| held.state), Some(GrantState::Revoked));
    assert_eq!(state(&one), DeliveryState::Live);
}

#[test]
fn a_box_that_knows_of_a_revocation_is_not_said_to_accept_because_another_device_revoked_too() {
    let (mut one, mut other, _, smartbox, id) = two();
    let mut held = None;
    deliver(&mut held, &mut one, smartbox);
    exchange(&mut one, &mut other);
    one.run(Command::RevokeBooking(id, Notify::Nobody));
    deliver(&mut held, &mut one, smartbox);
    other.now = one.now.plus_ms(3_600_000);
    other.run(Command::RevokeBooking(id, Notify::Nobody));
    exchange(&mut one, &mut other);
    assert_eq!(one.ledger.deliveries(id, &one.zones, one.now)[0].state, DeliveryState::Live);
    assert!(one.ledger.owed(smartbox, &one.zones, one.now).0.is_empty());
    let at = one.ledger.status(id, &one.zones, one.now);
    assert!(matches!(at, Some(Status::Revoked { at, .. }) if at < other.now), "the first revocation counts");
}

#[test]
fn two_edits_made_apart_never_come_together_into_a_third_that_a_box_is_taken_to_hold() {
    let (mut one, mut other, _, smartbox, id) = two();
    let flat = one.add_key("Flat 4");
    exchange(&mut one, &mut other);
    let mut held = None;
    let longer = BookingTerms { times: Some((wall(START), wall("2026-11-29T11:00"))), ..one.terms(id) };
    one.run(Command::EditBooking(id, longer));
    other.now = one.now.plus_ms(3_600_000);
    other.run(Command::EditBooking(id, BookingTerms { key: flat, ..other.terms(id) }));
    deliver(&mut held, &mut other, smartbox);
    exchange(&mut one, &mut other);
    deliver(&mut held, &mut one, smartbox);
    let (held, booking) = (held.expect("delivered"), one.ledger.booking(id).expect("made"));
    assert_eq!((held.key, held.stamp), (booking.key(), booking.grant_stamp()));
    assert_eq!(
        held.until,
        booking.right().window().map(|w| w.instants(one.zones.get(&zone("Europe/Lisbon")).expect("known")).1)
    );
    assert_eq!(booking.key(), flat, "the later edit holds, as a whole");
}

#[test]
fn what_an_older_app_does_not_know_is_kept_and_counts_after_an_update() {
    let (one, ..) = lively();
    for newest in 0..=Vocabulary::CURRENT.newest() {
        let mut old = Ledger::with_vocabulary(Vocabulary::up_to(newest));
        let applied: Vec<Applied> = one.entries.iter().map(|entry| old.apply(entry)).collect();
        let unknown = applied.iter().filter(|a| **a == Applied::Unknown).count();
        assert_eq!(unknown > 0, newest < Vocabulary::CURRENT.newest(), "up to kind {newest}");
        assert_eq!(old.unknown().count(), unknown);
        let updated = Ledger::from_snapshot(&old.to_snapshot()).expect("a snapshot");
        assert_eq!(updated, one.ledger, "up to kind {newest}");
        assert_eq!(updated.unknown().count(), 0);
    }
}

#[test]
fn a_snapshot_of_another_form_is_not_read() {
    let (one, ..) = two();
    let mut bytes = one.ledger.to_snapshot();
    assert!(Ledger::from_snapshot(&bytes).is_ok());
    bytes[1] = 0x17;
    assert!(Ledger::from_snapshot(&bytes).is_err());
    assert!(Ledger::from_snapshot(&[]).is_err());
}

/// A device with a fact of every kind.
fn lively() -> (Device, Device) {
    let (mut one, mut other, key, smartbox, id) = two();
    one.run(Command::ChangeOrganization { name: name("Tagus"), digits: CodeDigits::default() });
    one.run(Command::ChangeLocation(one.home(), location("Alfama 2", "Europe/Lisbon")));
    let details = BoxDetails { name: name("Gate"), ..one.ledger.smartbox(smartbox).expect("there").details().clone() };
    one.run(Command::ChangeBox(smartbox, details));
    let details = KeyDetails { name: name("Flat 5"), ..one.ledger.key(key).expect("there").details().clone() };
    one.run(Command::ChangeKey(key, details));
    one.run(Command::StateKey(key, StatedPlace::InBin(smartbox, bin(2))));
    let mut terms = one.terms(id);
    (terms.visitor.name, terms.notes, terms.reminder) = (name("Ana Prado"), Note::parse("A cot").ok(), true);
    one.run(Command::EditBooking(id, terms));
    let taken = logged(1, "2026-11-24T16:00", Event::PickUp { grant: id.0, key, bin: bin(2) });
    one.run(Command::KeepEvents(smartbox, vec![taken], None));
    other.learn(&one);
    other.run(Command::RevokeBooking(id, Notify::Nobody));
    let make = vec![booking(key, "Bia", "2026-12-01T15:00", "2026-12-03T11:00")];
    let (calendar, reschedule, revoke) = ("a|b".to_owned(), Vec::new(), Vec::new());
    other.run(Command::ImportCalendar(CalendarImport { key, calendar, make, reschedule, revoke }));
    other.run(Command::KeepVisit(smartbox, VisitRecord { clock: other.now, ..VisitRecord::default() }));
    let alias = NewAlias {
        code: None,
        visitor: Some(BookingVisitor::Described(person("Caio"))),
        stay: None,
        notify: Notify::Visitor,
    };
    let issued = other.run(Command::IssueAliases(vec![alias]));
    let alias = AliasId(issued.aliases().next().expect("issued"));
    let message = issued.messages().next().expect("made");
    let stay = RequestedStay { location: other.home(), start: wall(START), end: wall(END), class: None };
    other.run(Command::ChangeAlias(alias, None, Some(stay)));
    other.run(Command::RetireAlias(alias));
    other.run(Command::WithdrawRevocation(id));
    assert_eq!(other.ledger.message(message).map(|m| m.state()), Some(MessageState::Dropped));
    other.run(Command::ChangeMessaging(
        MessagingSettings { gateway: GatewayAddress::parse("https://example.com"), ..MessagingSettings::default() },
        Some(signing_secret()),
    ));
    let sms = TemplateName { language: Language::Pt, kind: MessageKind::Update, part: MessagePart::Sms };
    other.run(Command::ChangeTemplate(sms, TemplateText::new("Olá")));
    one.learn(&other);
    one.run(Command::MakeKeys(keys(1).public()));
    one.run(Command::CertifyDevice(keys(1).credential(one.id, one.now)));
    one.run(Command::PairBox(smartbox, paired(3)));
    one.run(Command::KeepVisit(smartbox, VisitRecord { clock: one.now, ..VisitRecord::default() }));
    one.run(Command::SendBox(smartbox, Vec::new()));
    one.run(Command::RevokeDevice(other.id));
    other.learn(&one);
    (one, other)
}

/// Keys of a box, all different.
fn paired(seed: u8) -> BoxKeys {
    BoxKeys { verifying: keys(seed).device.verifying(), sealing: keys(seed).opening.sealing() }
}

#[test]
fn what_a_box_held_before_it_was_paired_anew_counts_no_more_in_whatever_order_it_is_heard() {
    let (mut one, _, _, smartbox, id) = two();
    one.run(Command::MakeKeys(keys(1).public()));
    let confirmed = |desk: &Device| {
        let stamp = desk.ledger.booking(id).expect("there").grant_stamp();
        VisitRecord { confirmed: vec![Confirmed { grant: id.0, stamp }], clock: desk.now, ..VisitRecord::default() }
    };
    let before = one.entries.len();
    one.run(Command::PairBox(smartbox, paired(3)));
    one.run(Command::KeepVisit(smartbox, confirmed(&one)));
    assert!(one.ledger.smartbox(smartbox).expect("there").holds(id.0).is_some());
    one.run(Command::PairBox(smartbox, paired(4)));
    assert!(one.ledger.smartbox(smartbox).expect("there").holds(id.0).is_none(), "a box that was reset holds nothing");
    let again = one.entries.len();
    one.run(Command::KeepVisit(smartbox, confirmed(&one)));
    let mut backwards = fold(&one.entries[..before]);
    for entry in one.entries[before..].iter().rev() {
        backwards.apply(entry);
    }
    assert_eq!(backwards, one.ledger);
    assert_eq!(backwards.smartbox(smartbox).and_then(|b| b.pairing()).map(|(_, keys)| keys), Some(paired(4)));
    assert!(fold(&one.entries[..again]).smartbox(smartbox).expect("there").holds(id.0).is_none());
    assert!(one.ledger.smartbox(smartbox).expect("there").holds(id.0).is_some());
}

#[test]
fn a_device_is_certified_by_the_organization_alone_and_a_revoked_one_is_owed_to_every_box() {
    let (mut one, mut other, _, smartbox, _) = two();
    let credential = keys(1).credential(one.id, one.now);
    assert_eq!(one.decide(&Command::CertifyDevice(credential.clone())).err(), Some(Refusal::NotKeyed));
    assert_eq!(one.decide(&Command::PairBox(smartbox, paired(3))).err(), Some(Refusal::NotKeyed));
    one.run(Command::MakeKeys(keys(1).public()));
    assert_eq!(one.decide(&Command::MakeKeys(keys(2).public())).err(), Some(Refusal::KeyedAlready));
    let forged = keys(2).credential(one.id, one.now);
    assert_eq!(one.decide(&Command::CertifyDevice(forged)).err(), Some(Refusal::NoCredential));
    one.run(Command::CertifyDevice(credential.clone()));
    assert_eq!(one.ledger.credential(one.id), Some(credential.as_slice()));
    assert_eq!(one.decide(&Command::RevokeDevice(one.id)).err(), Some(Refusal::OwnDevice));
    one.run(Command::PairBox(smartbox, paired(3)));
    one.run(Command::RevokeDevice(other.id));
    assert_eq!(one.decide(&Command::RevokeDevice(other.id)).err(), Some(Refusal::NothingToDo));
    let owed: Vec<DeviceId> = one.ledger.to_bar(smartbox).iter().map(|barred| barred.device).collect();
    assert_eq!(owed, [other.id]);
    let visit = VisitRecord { barred: vec![other.id], clock: one.now, ..VisitRecord::default() };
    one.run(Command::KeepVisit(smartbox, visit));
    assert_eq!(one.ledger.to_bar(smartbox), []);
    exchange(&mut one, &mut other);
}

/// One thing that happens, on one of three devices.
#[derive(Clone, Debug)]
enum Happening {
    Book { key: usize, day: u32, length: u32, who: usize, allow: bool },
    Ongoing { key: usize, who: usize },
    Edit { booking: usize, key: usize, day: u32, length: u32, notes: bool, allow: bool },
    Revoke { booking: usize },
    Withdraw { booking: usize },
    Alias { chosen: bool },
    Link { alias: usize, booking: usize },
    Unlink { booking: usize },
    Retire { alias: usize },
    Resend { booking: usize },
    Message { message: usize, state: u8 },
    Tend,
    State { key: usize, place: u8 },
    Rename { key: usize },
    Event { booking: usize, back: bool, number: u64 },
    Visit,
    Send,
    Enrol,
    Exchange { with: usize },
    Wait { minutes: i64 },
}

fn happening() -> impl Strategy<Value = (usize, Happening)> {
    let times = || (0u32..9, 1u32..4);
    let what = prop_oneof![
        5 => (0usize..2, times(), 0usize..3, any::<bool>())
            .prop_map(|(key, (day, length), who, allow)| Happening::Book { key, day, length, who, allow }),
        1 => (0usize..2, 0usize..3).prop_map(|(key, who)| Happening::Ongoing { key, who }),
        4 => (0usize..6, 0usize..2, times(), any::<bool>(), any::<bool>()).prop_map(
            |(booking, key, (day, length), notes, allow)| Happening::Edit { booking, key, day, length, notes, allow }
        ),
        2 => (0usize..6).prop_map(|booking| Happening::Revoke { booking }),
        1 => (0usize..6).prop_map(|booking| Happening::Withdraw { booking }),
        2 => any::<bool>().prop_map(|chosen| Happening::Alias { chosen }),
        3 => (0usize..4, 0usize..6).prop_map(|(alias, booking)| Happening::Link { alias, booking }),
        1 => (0usize..6).prop_map(|booking| Happening::Unlink { booking }),
        1 => (0usize..4).prop_map(|alias| Happening::Retire { alias }),
        1 => (0usize..6).prop_map(|booking| Happening::Resend { booking }),
        2 => (0usize..8, 0u8..8).prop_map(|(message, state)| Happening::Message { message, state }),
        1 => Just(Happening::Tend),
        1 => (0usize..2, 0u8..10).prop_map(|(key, place)| Happening::State { key, place }),
        1 => (0usize..2).prop_map(|key| Happening::Rename { key }),
        3 => (0usize..6, any::<bool>(), 1u64..8)
            .prop_map(|(booking, back, number)| Happening::Event { booking, back, number }),
        2 => Just(Happening::Visit),
        1 => Just(Happening::Send),
        1 => Just(Happening::Enrol),
        3 => (0usize..3).prop_map(|with| Happening::Exchange { with }),
        2 => (-90i64..900).prop_map(|minutes| Happening::Wait { minutes }),
    ];
    (0usize..3, what)
}

/// The command that a happening is on a device, if it is one there.
fn command(desk: &Device, what: &Happening) -> Option<Command> {
    let key = |n: usize| desk.ledger.keys().nth(n).map(|(id, _)| id);
    let smartbox = || desk.ledger.boxes().next().map(|(id, _)| id);
    let nth = |n: usize| desk.ledger.bookings().nth(n).map(|(id, _)| id);
    let alias = |n: usize| desk.ledger.aliases().nth(n).map(|(id, _)| id);
    let at = |day: u32, hour: u32| wall(&format!("2026-11-{:02}T{hour:02}:00", 22 + day % 9));
    let overlap = |allow: bool| if allow { Overlap::Allow } else { Overlap::Refuse };
    let who = |n: usize| ["Ana", "Bia", "Caio"][n];
    Some(match *what {
        Happening::Book { key: k, day, length, who: w, allow } => Command::MakeBooking(NewBooking {
            right: RequestedRight::OneTime { start: at(day, 15), end: at(day + length, 11) },
            overlap: overlap(allow),
            ..booking(key(k)?, who(w), START, END)
        }),
        Happening::Ongoing { key: k, who: w } => {
            Command::MakeBooking(NewBooking { right: RequestedRight::Ongoing, ..booking(key(k)?, who(w), START, END) })
        }
        Happening::Edit { booking: b, key: k, day, length, notes, allow } => {
            let id = nth(b)?;
            let mut terms = desk.terms(id);
            terms.key = key(k)?;
            terms.times = terms.times.map(|_| (at(day, 15), at(day + length, 11)));
            terms.notes = notes.then(|| Note::parse("A cot").expect("a note"));
            (terms.reminder, terms.overlap) = (notes, overlap(allow));
            Command::EditBooking(id, terms)
        }
        Happening::Revoke { booking: b } => Command::RevokeBooking(nth(b)?, Notify::Visitor),
        Happening::Withdraw { booking: b } => Command::WithdrawRevocation(nth(b)?),
        Happening::Alias { chosen } => {
            // Of those chosen by hand every device takes its own: the same one twice is a conflict, tried elsewhere.
            let text = format!("{}{:03}", desk.id, desk.ledger.aliases().count() * 37);
            let code = chosen.then(|| BookingCode::parse(&text)).transpose().ok()?;
            let visitor = (!chosen).then(|| BookingVisitor::Described(person("Ana")));
            Command::IssueAliases(vec![NewAlias { code, visitor, stay: None, notify: Notify::Visitor }])
        }
        Happening::Link { alias: a, booking: b } => Command::LinkAlias(alias(a)?, nth(b)?, Notify::Visitor),
        Happening::Unlink { booking: b } => Command::UnlinkAlias(nth(b)?, Notify::Visitor),
        Happening::Retire { alias: a } => Command::RetireAlias(alias(a)?),
        Happening::Resend { booking: b } => Command::Resend(Subject::Booking(nth(b)?)),
        Happening::Message { message, state } => {
            let id = desk.ledger.messages().nth(message).map(|(id, _)| id)?;
            let why = SendFailure::Status(503);
            let state = [
                MessageState::ToDo,
                MessageState::HandedOver,
                MessageState::Sent,
                MessageState::Failed { why, attempts: 1, again: desk.now },
                MessageState::GivenUp { why },
                MessageState::Dropped,
                MessageState::Recalled,
                MessageState::NotRecalled { why },
            ][usize::from(state)];
            Command::MoveMessage(id, state)
        }
        Happening::Tend => Command::TendReminders,
        Happening::State { key: k, place } => {
            let place = match place {
                0 => StatedPlace::AtHand,
                1 => StatedPlace::Unaccounted,
                n => StatedPlace::InBin(smartbox()?, bin(n)),
            };
            Command::StateKey(key(k)?, place)
        }
        Happening::Rename { key: k } => {
            let id = key(k)?;
            let details = desk.ledger.key(id)?.details().clone();
            let text = format!("{} by {}", details.name.as_str().split(' ').next()?, desk.id);
            Command::ChangeKey(id, KeyDetails { name: name(&text), ..details })
        }
        Happening::Event { booking: b, back, number } => {
            // A box says one thing under one number, whoever reads it: all of it hangs on the number here.
            let id = nth(b)?;
            let taken = desk.ledger.booking(id)?.key();
            let event = match back {
                true => Event::DropOff { key: taken, bin: bin(1) },
                false => Event::PickUp { grant: id.0, key: taken, bin: bin(1) },
            };
            let at = desk.now.plus_ms(number as i64 * 1_000);
            Command::KeepEvents(
                smartbox()?,
                vec![LoggedEvent { number: number + u64::from(desk.id.0) * 8, at, event }],
                None,
            )
        }
        Happening::Visit => {
            let (grants, _) = desk.ledger.owed(smartbox()?, &desk.zones, desk.now);
            let confirmed = grants.iter().map(|g| Confirmed { grant: g.id, stamp: g.stamp }).collect();
            let visit = VisitRecord { confirmed, clock: desk.now, ..VisitRecord::default() };
            Command::KeepVisit(smartbox()?, visit)
        }
        Happening::Send => {
            let (grants, _) = desk.ledger.owed(smartbox()?, &desk.zones, desk.now);
            Command::SendBox(smartbox()?, grants.iter().map(|grant| grant.id).collect())
        }
        Happening::Enrol => {
            let device = DeviceId(100 + desk.id.0 * 100 + desk.ledger.devices().count() as u32);
            Command::EnrolDevice { device, name: name("Tablet"), role: Role::FrontDesk }
        }
        Happening::Exchange { .. } | Happening::Wait { .. } => return None,
    })
}

fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Ledger {
    let mut ledger = Ledger::default();
    for entry in entries {
        ledger.apply(entry);
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn devices_that_decide_apart_agree_once_they_have_exchanged_their_facts(
        happenings in prop::collection::vec(happening(), 1..40),
        partial in any::<u64>(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 200),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut first = Device::founded(lisbon("2026-11-22T10:00"));
        first.add_key("Flat 3");
        first.add_key("Van 3");
        first.add_box("Door");
        let (second, third) = (first.enrol(2), first.enrol(3));
        let mut devices = [first, second, third];
        for (on, what) in &happenings {
            match *what {
                Happening::Exchange { with } => {
                    let from = devices[with].clone();
                    devices[*on].learn(&from);
                }
                Happening::Wait { minutes } => devices[*on].now = devices[*on].now.plus_ms(minutes * 60_000),
                _ => {
                    let Some(command) = command(&devices[*on], what) else { continue };
                    let before = devices[*on].ledger.clone();
                    // What is decided always applies (`Device::submit`), and what is refused writes nothing.
                    if devices[*on].submit(&command).is_err() {
                        prop_assert_eq!(&devices[*on].ledger, &before);
                    }
                    let again = Ledger::from_snapshot(&devices[*on].ledger.to_snapshot()).expect("a snapshot");
                    prop_assert_eq!(&again, &devices[*on].ledger);
                }
            }
        }
        for (one, other) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
            let from = devices[one].clone();
            devices[other].learn(&from);
        }
        let [one, other, third] = devices;
        prop_assert_eq!(&one.ledger, &third.ledger);
        prop_assert_eq!(&other.ledger, &third.ledger);
        prop_assert_eq!(third.ledger.waiting(), 0);

        // The same entries in any order and with repeats, all of them and any part of them.
        let mixed = |part: &[&Entry]| -> Vec<Entry> {
            let mut all: Vec<Entry> = part.iter().map(|e| (*e).clone()).collect();
            for (place, index) in order.iter().enumerate().take(all.len()) {
                let with = index.index(all.len());
                all.swap(place, with);
            }
            let repeated = all[..all.len() / 3].to_vec();
            all.extend(repeated);
            all
        };
        let all: Vec<&Entry> = third.entries.iter().collect();
        prop_assert_eq!(&fold(&mixed(&all)), &third.ledger);
        let some: Vec<&Entry> = all.iter().enumerate().filter(|(i, _)| partial >> (i % 61) & 1 == 1).map(|(_, e)| *e).collect();
        if !some.is_empty() {
            let (straight, shuffled) = (fold(some.iter().copied()), mixed(&some));
            prop_assert_eq!(&fold(&shuffled), &straight);
            // A snapshot at any moment between, and the rest after it, is the same as no snapshot at all.
            let (before, after) = shuffled.split_at(cut.index(shuffled.len()));
            let mut resumed = Ledger::from_snapshot(&fold(before).to_snapshot()).expect("a snapshot");
            after.iter().for_each(|entry| { resumed.apply(entry); });
            prop_assert_eq!(&resumed, &straight);
            // What is derived is the same whether it grew with the facts or was made at the end.
            let grown = { let ledger = Ledger::default(); ledger.bookings_of(KeyId(FactId::from_bits(0))).count(); ledger };
            let grown = shuffled.iter().fold(grown, |mut ledger, entry| { ledger.apply(entry); ledger });
            for (key, _) in straight.keys() {
                let ids = |ledger: &Ledger| ledger.bookings_of(key).map(|(id, _)| id).collect::<Vec<_>>();
                prop_assert_eq!(ids(&grown), ids(&straight));
            }
        }
        let own = third.ledger.bookings().map(|(_, b)| b.own_code());
        let made = third.ledger.aliases().map(|(_, a)| a.code()).filter(|code| code.checks());
        let codes: Vec<BookingCode> = own.chain(made).collect();
        for (i, code) in codes.iter().enumerate() {
            prop_assert!(!codes[..i].iter().any(|other| other == code || other.is_near(*code)));
        }
    }
}
