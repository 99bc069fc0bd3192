//! The rules of the business, each with its example.

use super::*;
use crate::domain::*;
use crate::journal::command::*;
use crate::journal::decide::REST_MS;
use crate::journal::fact::{BookingChange, Confirmed, FactBody, StatedPlace};
use crate::journal::ledger::KeyPlace;
use crate::journal::queries::{DeliveryState, Filter, KeyOut, Status};
use crate::journal::{Command, Refusal};
use crate::smartbox::protocol::{Event, GrantState};

const START: &str = "2026-11-24T15:00";
const END: &str = "2026-11-27T11:00";

fn desk() -> (Device, KeyId) {
    let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
    let key = desk.add_key("Flat 3");
    (desk, key)
}

fn status(desk: &Device, id: BookingId, at: &str) -> Status {
    desk.ledger.status(id, &desk.zones, lisbon(at)).expect("known")
}

/// Delivers to a box what it is owed.
fn deliver(desk: &mut Device, smartbox: BoxId) {
    let (grants, _) = desk.ledger.owed(smartbox, &desk.zones, desk.now);
    let confirmed = grants.iter().map(|g| Confirmed { grant: g.id, stamp: g.stamp }).collect();
    let visit = VisitRecord { confirmed, clock: desk.now, ..VisitRecord::default() };
    desk.run(Command::KeepVisit(smartbox, visit));
}

fn state(desk: &Device, id: BookingId) -> Vec<DeliveryState> {
    desk.ledger.deliveries(id, &desk.zones, desk.now).into_iter().map(|d| d.state).collect()
}

#[test]
fn nothing_is_done_before_an_organization_is_founded_and_it_is_founded_once() {
    let mut desk = Device::new(1, lisbon("2026-11-22T10:00"));
    let add = Command::AddLocation(location("Alfama", "Europe/Lisbon"));
    assert_eq!(desk.submit(&add), Err(Refusal::NotFounded));
    let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
    let found = Command::Found {
        name: name("Again"),
        digits: CodeDigits::default(),
        device: name("Desk"),
        location: location("There", "Europe/Lisbon"),
    };
    assert_eq!(desk.submit(&found), Err(Refusal::AlreadyFounded));
    assert_eq!(desk.submit(&add), Err(Refusal::NameTaken(name("Alfama"))));
    let mars = Command::AddLocation(location("Crater", "Mars/Olympus"));
    assert_eq!(desk.submit(&mars), Err(Refusal::UnknownZone(zone("Mars/Olympus"))));
}

#[test]
fn a_booking_has_a_code_a_visitor_and_a_channel_that_stays() {
    let (mut desk, key) = desk();
    let id = desk.book(key, "Ana Prado", START, END);
    let booking = desk.ledger.booking(id).expect("made").clone();
    assert!(booking.code().checks());
    assert_eq!(booking.channel(), Some(Channel::Email));
    let mut terms = desk.terms(id);
    terms.visitor.email = None;
    terms.visitor.mobile = MobileNumber::parse("+447700900123").ok();
    desk.run(Command::EditBooking(id, terms));
    let edited = desk.ledger.booking(id).expect("made");
    assert_eq!((edited.channel(), edited.code()), (Some(Channel::Email), booking.code()), "rules 3 and 4");
}

#[test]
fn a_visitor_of_the_same_name_and_contact_is_the_same() {
    let (mut desk, key) = desk();
    let first = desk.book(key, "Ana Prado", START, END);
    let second = desk.book(key, "Ana Prado", "2026-12-01T15:00", "2026-12-02T11:00");
    let other = desk.book(key, "Ana Moura", "2026-12-03T15:00", "2026-12-04T11:00");
    let visitor = |id| desk.ledger.booking(id).expect("made").visitor();
    assert_eq!(visitor(first), visitor(second));
    assert_ne!(visitor(first), visitor(other));
    let mut unreached = booking(key, "Ana", "2026-12-05T15:00", "2026-12-06T11:00");
    unreached.visitor = BookingVisitor::Described(VisitorDetails { email: None, ..person("Ana") });
    let third = desk.run(Command::MakeBooking(unreached.clone())).booking().expect("made");
    unreached.right = RequestedRight::OneTime { start: wall("2026-12-07T15:00"), end: wall("2026-12-08T11:00") };
    let fourth = desk.run(Command::MakeBooking(unreached)).booking().expect("made");
    let visitor = |id| desk.ledger.booking(id).expect("made").visitor();
    assert_ne!(visitor(third), visitor(fourth), "nobody knows whether two people of one name are one");
}

#[test]
fn a_window_is_refused_where_it_is_none_and_when_it_is_over() {
    let (mut desk, key) = desk();
    let refused =
        |start, end| desk.decide(&Command::MakeBooking(booking(key, "Ana", start, end))).expect_err("refused");
    assert!(matches!(refused(END, START), Refusal::Window(WindowError::EndNotAfterStart { .. })));
    let skipped = refused("2027-03-28T01:30", "2027-03-29T11:00");
    assert!(
        matches!(skipped, Refusal::Window(WindowError::StartSkipped(gap)) if gap.after == wall("2027-03-28T02:00"))
    );
    assert_eq!(refused("2026-11-20T15:00", "2026-11-22T10:00"), Refusal::EndPassed);
    let begun = booking(key, "Ana", "2026-11-20T15:00", "2026-11-22T10:01");
    assert!(desk.submit(&Command::MakeBooking(begun)).is_ok(), "a walk-in may have begun");
}

#[test]
fn bookings_of_one_key_touch_but_do_not_overlap_unless_the_manager_says_so() {
    let (mut desk, key) = desk();
    let first = desk.book(key, "Ana", START, END);
    desk.book(key, "Bia", END, "2026-11-28T11:00");
    desk.book(key, "Caio", "2026-11-23T15:00", START);
    let over = booking(key, "Duda", "2026-11-25T15:00", "2026-11-26T11:00");
    assert_eq!(desk.submit(&Command::MakeBooking(over.clone())), Err(Refusal::Overlaps(vec![first])));
    let allowed = desk.run(Command::MakeBooking(NewBooking { overlap: Overlap::Allow, ..over.clone() }));
    assert!(desk.ledger.conflicts(first, &desk.zones, desk.now).is_empty(), "what was allowed is settled");
    let id = allowed.booking().expect("made");
    assert!(desk.ledger.booking(id).expect("made").overlap());
    let other = desk.add_key("Flat 4");
    assert!(desk.submit(&Command::MakeBooking(NewBooking { key: other, ..over })).is_ok());
}

#[test]
fn an_ongoing_access_never_conflicts_and_has_no_times_to_edit() {
    let (mut desk, key) = desk();
    let ongoing = NewBooking { right: RequestedRight::Ongoing, ..booking(key, "Ana", START, END) };
    let id = desk.run(Command::MakeBooking(ongoing.clone())).booking().expect("made");
    desk.run(Command::MakeBooking(ongoing));
    let stay = desk.book(key, "Bia", START, END);
    assert!(desk.ledger.conflicts(id, &desk.zones, desk.now).is_empty());
    assert!(desk.ledger.conflicts(stay, &desk.zones, desk.now).is_empty());
    let terms = BookingTerms { times: Some((wall(START), wall(END))), ..desk.terms(id) };
    assert_eq!(desk.submit(&Command::EditBooking(id, terms)), Err(Refusal::WrongKind));
    assert_eq!(status(&desk, id, "2036-01-01T12:00"), Status::Open { until: None });
}

#[test]
fn an_edit_changes_what_it_names_and_never_the_code() {
    let (mut desk, key) = desk();
    let (id, other) = (desk.book(key, "Ana", START, END), desk.add_key("Flat 4"));
    let before = desk.ledger.booking(id).expect("made").clone();
    assert_eq!(desk.submit(&Command::EditBooking(id, desk.terms(id))), Err(Refusal::NothingToDo));
    let terms = BookingTerms {
        key: other,
        times: Some((wall("2026-11-25T15:00"), wall(END))),
        reminder: true,
        notes: Note::parse("A cot").ok(),
        ..desk.terms(id)
    };
    desk.run(Command::EditBooking(id, terms));
    let after = desk.ledger.booking(id).expect("made").clone();
    assert_eq!((after.key(), after.code(), after.reminder()), (other, before.code(), true));
    assert_eq!(after.right().window().map(|w| w.start()), Some(wall("2026-11-25T15:00")));
    assert!(after.grant_stamp() > before.grant_stamp());
    assert_eq!(desk.ledger.notes(id).map(|n| n.as_str()), Some("A cot"));
    assert!(desk.ledger.bookings_of(key).next().is_none());
    assert_eq!(desk.ledger.bookings_of(other).count(), 1);
}

#[test]
fn an_edit_of_the_notes_alone_owes_the_boxes_nothing() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("Door");
    let id = desk.book(key, "Ana", START, END);
    deliver(&mut desk, smartbox);
    let terms = BookingTerms { notes: Note::parse("A cot").ok(), ..desk.terms(id) };
    let decision = desk.run(Command::EditBooking(id, terms));
    assert_eq!(decision.facts(), [FactBody::BookingChanged { booking: id, change: BookingChange::default() }]);
    assert_eq!(state(&desk, id), [DeliveryState::Live]);
    let terms = BookingTerms { notes: None, ..desk.terms(id) };
    desk.run(Command::EditBooking(id, terms));
    assert_eq!(desk.ledger.notes(id), None);
}

#[test]
fn an_edit_may_not_overlap_either_and_does_not_overlap_itself() {
    let (mut desk, key) = desk();
    let first = desk.book(key, "Ana", START, END);
    let second = desk.book(key, "Bia", "2026-11-28T15:00", "2026-11-29T11:00");
    let longer = BookingTerms { times: Some((wall(START), wall("2026-11-28T16:00"))), ..desk.terms(first) };
    assert_eq!(desk.submit(&Command::EditBooking(first, longer.clone())), Err(Refusal::Overlaps(vec![second])));
    desk.run(Command::EditBooking(first, BookingTerms { overlap: Overlap::Allow, ..longer }));
    let shorter = BookingTerms { times: Some((wall(START), wall("2026-11-26T11:00"))), ..desk.terms(first) };
    desk.run(Command::EditBooking(first, shorter));
}

#[test]
fn a_booking_goes_from_upcoming_over_pick_up_and_overdue_to_its_end() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("Door");
    let id = desk.book(key, "Ana", START, END);
    let there = logged(1, "2026-11-22T11:00", Event::KeyPutByHand { bin: bin(2), key });
    desk.run(Command::KeepEvents(smartbox, vec![there], None));
    assert_eq!(status(&desk, id, "2026-11-24T14:59"), Status::Upcoming { from: lisbon(START) });
    assert_eq!(status(&desk, id, START), Status::Open { until: Some(lisbon(END)) });
    assert_eq!(status(&desk, id, "2026-11-27T10:59"), Status::Open { until: Some(lisbon(END)) });
    assert_eq!(status(&desk, id, END), Status::Ended { at: lisbon(END), used: false }, "the end is outside");

    let taken = logged(2, "2026-11-24T16:00", Event::PickUp { grant: id.0, key, bin: bin(2) });
    desk.run(Command::KeepEvents(smartbox, vec![taken], None));
    let since = lisbon("2026-11-24T16:00");
    assert_eq!(status(&desk, id, "2026-11-25T12:00"), Status::Out { since, until: Some(lisbon(END)) });
    assert_eq!(status(&desk, id, "2026-11-28T12:00"), Status::Overdue { taken: since, since: lisbon(END) });
    assert_eq!(desk.ledger.key(key).map(|k| k.place()), Some(KeyPlace::WithVisitor { booking: id, since }));

    let back = logged(3, "2026-11-26T09:00", Event::DropOff { key, bin: bin(5) });
    desk.run(Command::KeepEvents(smartbox, vec![back], None));
    let at = lisbon("2026-11-26T09:00");
    assert_eq!(status(&desk, id, "2026-11-26T12:00"), Status::Returned { at, until: Some(lisbon(END)) });
    assert_eq!(status(&desk, id, "2026-11-28T12:00"), Status::Ended { at: lisbon(END), used: true });
    assert_eq!(desk.ledger.key(key).map(|k| k.place()), Some(KeyPlace::InBin { smartbox, bin: bin(5), since: at }));
    let overview = desk.ledger.overview(&desk.zones, lisbon("2026-11-28T12:00"));
    assert_eq!((overview.count(Filter::Ended), overview.count(Filter::All)), (1, 1));
}

#[test]
fn a_key_is_overdue_after_a_revocation_too() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("Door");
    let id = desk.book(key, "Ana", START, END);
    let there = logged(1, "2026-11-22T11:00", Event::KeyPutByHand { bin: bin(2), key });
    let taken = logged(2, "2026-11-24T16:00", Event::PickUp { grant: id.0, key, bin: bin(2) });
    desk.run(Command::KeepEvents(smartbox, vec![there, taken], None));
    desk.now = lisbon("2026-11-25T12:00");
    let at = desk.now;
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    let out = |overdue| Status::Revoked { at, out: Some(KeyOut { due: lisbon(END), overdue }) };
    assert_eq!(status(&desk, id, "2026-11-26T12:00"), out(false));
    assert_eq!(status(&desk, id, END), out(true));
    let counted = |desk: &Device, now| {
        let overview = desk.ledger.overview(&desk.zones, lisbon(now));
        let shown = |filter| (overview.count(filter), overview.filtered(filter).count());
        (shown(Filter::Overdue), shown(Filter::Revoked), overview.holds_until)
    };
    assert_eq!(counted(&desk, "2026-11-26T12:00"), ((0, 0), (1, 1), Some(lisbon(END).plus_ms(1))));
    assert_eq!(counted(&desk, END), ((1, 1), (1, 1), None), "shown by both filters");

    let back = logged(3, "2026-11-28T09:00", Event::DropOff { key, bin: bin(5) });
    desk.run(Command::KeepEvents(smartbox, vec![back], None));
    assert_eq!(status(&desk, id, "2026-11-28T12:00"), Status::Revoked { at, out: None });
    assert_eq!(counted(&desk, "2026-11-28T12:00"), ((0, 0), (1, 1), None));
}

#[test]
fn a_key_that_was_picked_up_is_not_exchanged_for_another() {
    let (mut desk, key) = desk();
    let (smartbox, other) = (desk.add_box("Door"), desk.add_key("Flat 4"));
    let id = desk.book(key, "Ana", START, END);
    let taken = logged(1, "2026-11-24T16:00", Event::PickUp { grant: id.0, key, bin: bin(2) });
    desk.run(Command::KeepEvents(smartbox, vec![taken], None));
    let terms = BookingTerms { key: other, ..desk.terms(id) };
    assert_eq!(desk.submit(&Command::EditBooking(id, terms)), Err(Refusal::PickedUp));
    let terms = BookingTerms { times: Some((wall(START), wall("2026-11-30T11:00"))), ..desk.terms(id) };
    assert!(desk.submit(&Command::EditBooking(id, terms)).is_ok());
}

#[test]
fn events_that_were_kept_are_not_kept_again_in_whatever_order_they_come() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("Door");
    let event = |number| logged(number, "2026-11-22T11:00", Event::KeyPutByHand { bin: bin(1), key });
    desk.run(Command::KeepEvents(smartbox, vec![event(5), event(6)], None));
    let late = desk.run(Command::KeepEvents(smartbox, (1..=6).map(event).collect(), None));
    assert_eq!(late.facts().len(), 4, "what a courier brings late is kept too");
    let known = desk.ledger.smartbox(smartbox).expect("there");
    assert_eq!(known.read_through(), 6);
    assert!((1..=6).all(|number| known.has_read(number)) && !known.has_read(7) && !known.has_read(0));
    let before = desk.ledger.clone();
    assert!(desk.run(Command::KeepEvents(smartbox, (1..=6).map(event).collect(), None)).facts().is_empty());
    assert_eq!(desk.ledger, before);
}

#[test]
fn a_stated_place_must_exist() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("Door");
    let there = Command::StateKey(key, StatedPlace::InBin(smartbox, bin(9)));
    assert_eq!(desk.submit(&there), Err(Refusal::NoSuchBin));
    desk.run(Command::StateKey(key, StatedPlace::InBin(smartbox, bin(8))));
    assert!(matches!(desk.ledger.key(key).map(|k| k.place()), Some(KeyPlace::InBin { .. })));
    desk.now = desk.now.plus_ms(1);
    desk.run(Command::StateKey(key, StatedPlace::AtHand));
    assert!(matches!(desk.ledger.key(key).map(|k| k.place()), Some(KeyPlace::AtHand { .. })));
}

#[test]
fn a_grant_is_queued_then_live_then_outdated_and_a_revoked_one_is_still_accepted_until_the_box_knows() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("Door");
    let id = desk.book(key, "Ana", START, END);
    assert_eq!(state(&desk, id), [DeliveryState::Queued]);
    deliver(&mut desk, smartbox);
    assert_eq!(state(&desk, id), [DeliveryState::Live]);
    assert!(desk.ledger.owed(smartbox, &desk.zones, desk.now).0.is_empty());
    let terms = BookingTerms { times: Some((wall(START), wall("2026-11-28T11:00"))), ..desk.terms(id) };
    desk.run(Command::EditBooking(id, terms));
    assert_eq!(state(&desk, id), [DeliveryState::Outdated]);
    deliver(&mut desk, smartbox);
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    assert_eq!(desk.submit(&Command::RevokeBooking(id, Notify::Nobody)), Err(Refusal::Revoked));
    assert_eq!(desk.submit(&Command::EditBooking(id, desk.terms(id))), Err(Refusal::Revoked));
    assert_eq!(state(&desk, id), [DeliveryState::StillAccepts]);
    let (grants, _) = desk.ledger.owed(smartbox, &desk.zones, desk.now);
    assert_eq!(grants.iter().map(|g| g.state).collect::<Vec<_>>(), [GrantState::Revoked]);
    deliver(&mut desk, smartbox);
    assert_eq!(state(&desk, id), [DeliveryState::Live]);
    assert!(desk.ledger.owed(smartbox, &desk.zones, desk.now).0.is_empty());
}

#[test]
fn when_the_clocks_of_a_location_change_its_boxes_are_owed_the_bookings_anew() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("LB-1");
    let id = desk.book(key, "Ana Prado", START, END);
    deliver(&mut desk, smartbox);
    assert_eq!(state(&desk, id), [DeliveryState::Live]);
    let before = desk.ledger.held(smartbox, &desk.zones)[0].from;
    let home = desk.ledger.key(key).expect("added").details().home;
    desk.run(Command::ChangeLocation(home, location("Alfama", "Asia/Tokyo")));
    assert_eq!(state(&desk, id), [DeliveryState::Outdated]);
    let (grants, _) = desk.ledger.owed(smartbox, &desk.zones, desk.now);
    assert_eq!(before.ms() - grants[0].from.ms(), 9 * 3_600_000, "15:00 in Tokyo is nine hours before 15:00 in Lisbon");
}

#[test]
fn what_a_box_never_heard_of_and_need_not_hear_is_not_owed() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("Door");
    let revoked = desk.book(key, "Ana", START, END);
    desk.run(Command::RevokeBooking(revoked, Notify::Nobody));
    let over = desk.book(key, "Bia", "2026-11-22T12:00", "2026-11-22T13:00");
    desk.now = lisbon("2026-11-23T10:00");
    let elsewhere = desk.run(Command::AddLocation(location("Shibuya", "Asia/Tokyo"))).id(0);
    let far = desk.add_key_at("Van 4", LocationId(elsewhere));
    let there = desk.book(far, "Caio", START, END);
    assert!(desk.ledger.owed(smartbox, &desk.zones, desk.now).0.is_empty());
    assert!(state(&desk, revoked).is_empty() && state(&desk, over).is_empty() && state(&desk, there).is_empty());
    // A box that a key of another location is in must know that key's bookings.
    desk.run(Command::StateKey(far, StatedPlace::InBin(smartbox, bin(1))));
    assert_eq!(desk.ledger.owed(smartbox, &desk.zones, desk.now).0.len(), 1);
    assert_eq!(desk.ledger.owed(smartbox, &desk.zones, desk.now).0[0].from, wall("2026-11-24T06:00").as_utc());
}

#[test]
fn a_box_that_knew_the_key_before_it_was_exchanged_is_told() {
    let (mut desk, key) = desk();
    let smartbox = desk.add_box("Door");
    let elsewhere = desk.run(Command::AddLocation(location("Shibuya", "Asia/Tokyo"))).id(0);
    let far = desk.add_key_at("Van 4", LocationId(elsewhere));
    let id = desk.book(key, "Ana", START, END);
    deliver(&mut desk, smartbox);
    desk.run(Command::EditBooking(id, BookingTerms { key: far, ..desk.terms(id) }));
    assert_eq!(state(&desk, id), [DeliveryState::Outdated]);
    assert_eq!(desk.ledger.owed(smartbox, &desk.zones, desk.now).0[0].key, far);
}

#[test]
fn a_technicians_device_gets_no_codes_to_issue() {
    let (mut desk, _) = desk();
    let device = DeviceId(9);
    desk.run(Command::EnrolDevice { device, name: name("Phone"), role: Role::Technician });
    assert!(desk.ledger.lots(device).is_empty());
    let again = Command::EnrolDevice { device, name: name("Phone"), role: Role::Technician };
    assert_eq!(desk.submit(&again), Err(Refusal::AlreadyEnrolled));
}

#[test]
fn an_import_is_all_or_nothing() {
    let (mut desk, key) = desk();
    let id = desk.book(key, "Ana", START, END);
    let import = CalendarImport {
        key,
        calendar: "a".to_owned(),
        make: vec![booking(key, "Bia", "2026-11-25T15:00", "2026-11-26T11:00")],
        reschedule: Vec::new(),
        revoke: Vec::new(),
    };
    let before = desk.ledger.clone();
    assert_eq!(desk.submit(&Command::ImportCalendar(import.clone())), Err(Refusal::Overlaps(vec![id])));
    assert_eq!(desk.ledger, before);
    desk.run(Command::ImportCalendar(CalendarImport { revoke: vec![id], ..import }));
    assert_eq!(desk.ledger.booking_count(), 2);
}

#[test]
fn what_a_box_may_have_heard_of_and_need_not_know_is_doubtful() {
    let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
    let away = LocationId(desk.run(Command::AddLocation(location("Ponta Delgada", "Atlantic/Azores"))).id(0));
    let (here, there, smartbox) = (desk.add_key("Flat 3"), desk.add_key_at("Cellar", away), desk.add_box("Door"));
    let doubtful = |desk: &Device| {
        let doubtful = desk.ledger.doubtful(smartbox, &desk.zones, desk.now);
        doubtful.iter().map(|grant| (BookingId(grant.id), grant.state)).collect::<Vec<_>>()
    };
    let revoked = desk.book(here, "Ana", START, END);
    let moved = desk.book(here, "Bia", "2026-12-01T15:00", "2026-12-03T11:00");
    let elsewhere = desk.book(there, "Caio", START, END);
    assert_eq!(doubtful(&desk), [], "it is owed, or of no concern to it");
    desk.run(Command::RevokeBooking(revoked, Notify::Nobody));
    let terms = BookingTerms { key: there, ..desk.terms(moved) };
    desk.run(Command::EditBooking(moved, terms));
    assert_eq!(doubtful(&desk), [(revoked, GrantState::Revoked), (moved, GrantState::Live)]);
    let moves = [Event::KeyPutByHand { key: there, bin: bin(2) }, Event::KeyTakenByHand { key: there, bin: bin(2) }];
    let [put, taken] = moves.map(|event| move |number| vec![logged(number, START, event.clone())]);
    desk.run(Command::KeepEvents(smartbox, put(1), None));
    assert_eq!(doubtful(&desk), [(revoked, GrantState::Revoked)], "of a key that is in it, it is owed the bookings");
    desk.run(Command::KeepEvents(smartbox, taken(2), None));
    let all = [(revoked, GrantState::Revoked), (moved, GrantState::Live), (elsewhere, GrantState::Live)];
    assert_eq!(doubtful(&desk), all, "until it left");
    let confirmed =
        vec![Confirmed { grant: revoked.0, stamp: desk.ledger.booking(revoked).expect("made").grant_stamp() }];
    desk.run(Command::KeepVisit(smartbox, VisitRecord { confirmed, clock: desk.now, ..VisitRecord::default() }));
    assert_eq!(doubtful(&desk), all[1..], "what it is known to hold is not");
    desk.now = lisbon("2026-12-03T12:00");
    assert_eq!(doubtful(&desk), [], "nor what has ended");
    let new = NewAlias { code: None, visitor: None, stay: None, notify: Notify::Nobody };
    let alias = AliasId(desk.run(Command::IssueAliases(vec![new])).aliases().next().expect("issued"));
    assert_eq!(doubtful(&desk), []);
    desk.run(Command::RetireAlias(alias));
    assert_eq!(doubtful(&desk), [(BookingId(alias.0), GrantState::Revoked)]);
    desk.now = desk.now.plus_ms(REST_MS);
    assert_eq!(doubtful(&desk), []);
}
