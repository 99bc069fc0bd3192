//! The life of alias codes (rule 8).

use super::*;
use crate::domain::*;
use crate::journal::command::*;
use crate::journal::fact::{Confirmed, MessageState, Subject};
use crate::journal::queries::Status;
use crate::journal::search::{Query, alias_text};
use crate::journal::{Command, Refusal};
use crate::smartbox::Grants;
use crate::smartbox::grants::Found;
use crate::smartbox::protocol::{Grant, GrantState};
use proptest::prelude::*;

const START: &str = "2026-11-24T15:00";
const END: &str = "2026-11-27T11:00";

fn desk() -> (Device, KeyId, BoxId) {
    let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
    let (key, smartbox) = (desk.add_key("Van 1"), desk.add_box("Door"));
    (desk, key, smartbox)
}

fn code(text: &str) -> BookingCode {
    BookingCode::parse(text).expect("a code")
}

fn new() -> NewAlias {
    NewAlias { code: None, visitor: None, stay: None, notify: Notify::Nobody }
}

fn chosen(text: &str) -> Command {
    Command::IssueAliases(vec![NewAlias { code: Some(code(text)), ..new() }])
}

fn issue(desk: &mut Device, new: NewAlias) -> AliasId {
    AliasId(desk.run(Command::IssueAliases(vec![new])).aliases().next().expect("an alias code"))
}

fn stay(desk: &Device, start: &str, end: &str, class: Option<&str>) -> Option<RequestedStay> {
    let (start, end) = (wall(start), wall(end));
    Some(RequestedStay { location: desk.home(), start, end, class: class.map(name) })
}

/// What a box that was visited just now says to a code.
fn at_the_box(desk: &mut Device, smartbox: BoxId, grants: &mut Grants, code: BookingCode) -> Option<GrantState> {
    let (owed, _) = desk.ledger.owed(smartbox, &desk.zones, desk.now);
    for grant in &owed {
        grants.merge(grant.clone(), desk.now, |_| false).expect("room");
    }
    let confirmed = owed.iter().map(|g| Confirmed { grant: g.id, stamp: g.stamp }).collect();
    desk.run(Command::KeepVisit(smartbox, VisitRecord { confirmed, clock: desk.now, ..VisitRecord::default() }));
    assert!(desk.ledger.owed(smartbox, &desk.zones, desk.now).0.is_empty(), "a visit leaves nothing owed");
    let state = |grant: &Grant| Some(grant.state);
    match grants.find(code, desk.now) {
        Found::Open(grant) | Found::Shut(grant, _) => state(grant),
        Found::Nothing => None,
    }
}

#[test]
fn an_alias_code_is_not_linked_then_the_bookings_code_then_its_own_again_then_retired() {
    let (mut desk, key, smartbox) = desk();
    let mut held = Grants::default();
    let alias = issue(&mut desk, new());
    let code = desk.ledger.alias(alias).expect("issued").code();
    assert!(code.checks(), "the system's codes have a check digit");
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, code), Some(GrantState::Unlinked));

    let id = desk.book(key, "Ana", START, END);
    let own = desk.ledger.booking(id).expect("made").code();
    desk.run(Command::LinkAlias(alias, id, Notify::Nobody));
    assert_eq!(desk.ledger.booking(id).map(|b| (b.code(), b.alias())), Some((code, Some(alias))));
    assert_eq!(desk.ledger.booking_of(alias).map(|(id, _)| id), Some(id));
    desk.now = lisbon("2026-11-24T16:00");
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, code), Some(GrantState::Live));
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, own), None, "its own code is nobody's meanwhile");
    assert_eq!(desk.submit(&Command::RetireAlias(alias)), Err(Refusal::AliasLinked(id)));
    assert_eq!(desk.submit(&Command::LinkAlias(alias, id, Notify::Nobody)), Err(Refusal::NothingToDo));

    desk.run(Command::UnlinkAlias(id, Notify::Nobody));
    assert_eq!(desk.ledger.booking(id).map(|b| (b.code(), b.alias())), Some((own, None)));
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, code), Some(GrantState::Unlinked));
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, own), Some(GrantState::Live));
    assert_eq!(desk.submit(&Command::UnlinkAlias(id, Notify::Nobody)), Err(Refusal::NotLinked));

    desk.run(Command::RetireAlias(alias));
    assert_eq!(desk.submit(&Command::RetireAlias(alias)), Err(Refusal::AliasRetired));
    assert_eq!(desk.submit(&Command::LinkAlias(alias, id, Notify::Nobody)), Err(Refusal::AliasRetired));
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, code), Some(GrantState::Revoked));
}

#[test]
fn a_booking_can_be_made_with_an_alias_code() {
    let (mut desk, key, smartbox) = desk();
    let alias = issue(&mut desk, new());
    let wanted = NewBooking { alias: Some(alias), ..booking(key, "Ana", START, END) };
    let id = desk.run(Command::MakeBooking(wanted)).booking().expect("made");
    let code = desk.ledger.alias(alias).expect("issued").code();
    assert_eq!(desk.ledger.booking(id).map(|b| b.code()), Some(code));
    desk.now = lisbon("2026-11-24T16:00");
    assert_eq!(at_the_box(&mut desk, smartbox, &mut Grants::default(), code), Some(GrantState::Live));
    let other = NewBooking { alias: Some(alias), ..booking(key, "Bia", "2026-12-01T15:00", "2026-12-02T11:00") };
    assert_eq!(desk.submit(&Command::MakeBooking(other.clone())), Err(Refusal::AliasLinked(id)));
    // Once that booking is over, its alias code can go on to the next.
    desk.now = lisbon("2026-11-28T12:00");
    let next = desk.run(Command::MakeBooking(other)).booking().expect("made");
    assert_eq!(desk.ledger.booking_of(alias).map(|(id, _)| id), Some(next));
}

#[test]
fn an_edit_keeps_the_alias_code_and_a_second_one_is_refused() {
    let (mut desk, key, _) = desk();
    let (alias, second) = (issue(&mut desk, new()), issue(&mut desk, new()));
    let id = desk.book(key, "Ana", START, END);
    desk.run(Command::LinkAlias(alias, id, Notify::Nobody));
    let longer = BookingTerms { times: Some((wall(START), wall("2026-11-29T11:00"))), ..desk.terms(id) };
    desk.run(Command::EditBooking(id, longer));
    assert_eq!(desk.ledger.booking(id).and_then(|b| b.alias()), Some(alias));
    assert_eq!(desk.submit(&Command::LinkAlias(second, id, Notify::Nobody)), Err(Refusal::LinkedAlready(alias)));
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    assert_eq!(desk.submit(&Command::LinkAlias(second, id, Notify::Nobody)), Err(Refusal::Revoked));
    desk.run(Command::RetireAlias(alias));
}

#[test]
fn a_chosen_code_is_refused_when_it_is_in_use_resting_or_too_near() {
    let (mut desk, key, _) = desk();
    desk.run(chosen("5206"));
    let alias = desk.ledger.aliases().next().expect("issued").0;
    let taken = |desk: &Device, text: &str| desk.decide(&chosen(text)).expect_err("refused");
    assert_eq!(taken(&desk, "5206"), Refusal::CodeInUse(Thing::Alias(alias)));
    for near in ["5207", "5216", "2506", "5260"] {
        assert_eq!(taken(&desk, near), Refusal::CodeTooNear(Thing::Alias(alias)), "{near}");
    }
    for fine in ["52060", "6025", "5317"] {
        assert!(desk.decide(&chosen(fine)).is_ok(), "{fine}");
    }
    let id = desk.book(key, "Ana", START, END);
    let own = desk.ledger.booking(id).expect("made").code();
    assert_eq!(taken(&desk, &own.digits()), Refusal::CodeInUse(Thing::Booking(id)));
    let near = own.neighbours()[0].digits();
    assert_eq!(taken(&desk, &near), Refusal::CodeTooNear(Thing::Booking(id)));

    desk.run(Command::RetireAlias(alias));
    let until = desk.now.plus_ms(90 * 86_400_000);
    assert_eq!(taken(&desk, "5206"), Refusal::CodeRests { until });
    assert!(desk.decide(&chosen("5207")).is_ok(), "what is near a code that nobody has is free");
    desk.now = until.plus_ms(-1);
    assert_eq!(taken(&desk, "5206"), Refusal::CodeRests { until });
    desk.now = until;
    desk.run(chosen("5206"));
    let until = lisbon("2027-02-25T11:00");
    desk.now = until.plus_ms(-1);
    assert_eq!(taken(&desk, &own.digits()), Refusal::CodeRests { until });
    desk.now = until;
    assert!(desk.decide(&chosen(&own.digits())).is_ok(), "90 days after its end a booking's code is free again");
}

#[test]
fn two_equal_codes_in_one_command_are_refused() {
    let (desk, ..) = desk();
    let twice = vec![NewAlias { code: Some(code("5206")), ..new() }; 2];
    assert!(desk.decide(&Command::IssueAliases(twice)).is_err());
    assert_eq!(desk.decide(&Command::IssueAliases(Vec::new())), Err(Refusal::NothingToDo));
}

#[test]
fn weak_codes_are_told_from_others() {
    use crate::domain::Weakness::*;
    let weak = [
        ("0000", OneDigit),
        ("111111", OneDigit),
        ("1234", Run),
        ("98765", Run),
        ("7890", Run),
        ("3210", Run),
        ("1212", Repeats),
        ("123123", Repeats),
        ("1984", Year),
        ("2026", Year),
    ];
    for (text, why) in weak {
        assert_eq!(code(text).weakness(), Some(why), "{text}");
    }
    for text in ["5206", "4829137", "1235", "20261", "1899"] {
        assert_eq!(code(text).weakness(), None, "{text}");
    }
}

#[test]
fn the_morning_gives_each_arrival_a_key_in_one_pass_or_none() {
    let (mut desk, first, _) = desk();
    let (second, _other) = (desk.add_key("Van 2"), desk.add_key("Boat"));
    let arrivals: Vec<AliasId> = (0..2)
        .map(|n| {
            let visitor = Some(BookingVisitor::Described(person(&format!("Guest {n}"))));
            let stay = stay(&desk, START, END, None);
            issue(&mut desk, NewAlias { visitor, stay, ..new() })
        })
        .collect();
    let give = |alias, key| Assignment { alias, key, visitor: None, overlap: Overlap::Refuse, notify: Notify::Nobody };
    let both = vec![give(arrivals[0], first), give(arrivals[1], first)];
    let before = desk.ledger.clone();
    assert!(matches!(desk.submit(&Command::AssignKeys(both)), Err(Refusal::Overlaps(_))));
    assert_eq!(desk.ledger, before, "all of it or nothing");
    let twice = vec![give(arrivals[0], first), give(arrivals[0], second)];
    assert_eq!(desk.submit(&Command::AssignKeys(twice)), Err(Refusal::NothingToDo));
    desk.run(Command::AssignKeys(vec![give(arrivals[0], first), give(arrivals[1], second)]));
    for (alias, key) in arrivals.iter().zip([first, second]) {
        let (_, booking) = desk.ledger.booking_of(*alias).expect("linked");
        assert_eq!(
            (booking.key(), Some(booking.visitor())),
            (key, desk.ledger.alias(*alias).expect("there").visitor())
        );
        assert_eq!(booking.right().window().map(|w| w.start()), Some(wall(START)));
    }
}

#[test]
fn an_alias_code_for_nobody_needs_a_name_and_a_stay_to_be_given_a_key() {
    let (mut desk, key, _) = desk();
    let give = |alias, visitor| {
        Command::AssignKeys(vec![Assignment { alias, key, visitor, overlap: Overlap::Refuse, notify: Notify::Nobody }])
    };
    let bare = issue(&mut desk, new());
    assert_eq!(desk.submit(&give(bare, None)), Err(Refusal::NoStay));
    let expected = stay(&desk, START, END, Some("Van"));
    desk.run(Command::ChangeAlias(bare, None, expected.clone()));
    assert_eq!(desk.submit(&Command::ChangeAlias(bare, None, expected)), Err(Refusal::NothingToDo));
    assert_eq!(desk.submit(&give(bare, None)), Err(Refusal::NoVisitor));
    desk.run(give(bare, Some(person("Ana"))));
    assert!(desk.ledger.booking_of(bare).is_some());
    let past = stay(&desk, "2026-11-20T15:00", "2026-11-21T11:00", None);
    assert_eq!(desk.submit(&Command::IssueAliases(vec![NewAlias { stay: past, ..new() }])), Err(Refusal::EndPassed));
}

#[test]
fn one_alias_code_linked_twice_offline_is_a_conflict_until_it_is_settled() {
    let (mut one, key, _) = desk();
    let alias = issue(&mut one, new());
    let flat = one.add_key("Van 2");
    let (first, second) = (one.book(key, "Ana", START, END), one.book(flat, "Bia", START, END));
    let mut other = one.enrol(2);
    one.run(Command::LinkAlias(alias, first, Notify::Nobody));
    other.now = one.now.plus_ms(60_000);
    other.run(Command::LinkAlias(alias, second, Notify::Nobody));
    one.learn(&other);
    other.learn(&one);
    assert_eq!(one.ledger, other.ledger);
    assert_eq!(one.ledger.linked_to(alias), [second, first], "the one linked last comes first");
    assert_eq!(one.ledger.conflicts(first, &one.zones, one.now), [second]);
    one.run(Command::UnlinkAlias(first, Notify::Nobody));
    assert!(one.ledger.conflicts(second, &one.zones, one.now).is_empty());
}

#[test]
fn one_code_chosen_by_two_devices_is_a_conflict_until_one_is_retired() {
    let (mut one, ..) = desk();
    let mut other = one.enrol(2);
    one.run(chosen("5206"));
    other.run(chosen("5206"));
    one.learn(&other);
    let ids: Vec<AliasId> = one.ledger.aliases().map(|(id, _)| id).collect();
    assert_eq!(one.ledger.alias_conflicts(ids[0]), [ids[1]]);
    one.run(Command::RetireAlias(ids[1]));
    assert!(one.ledger.alias_conflicts(ids[0]).is_empty());
}

#[test]
fn a_revocation_that_no_box_has_heard_of_can_be_taken_back() {
    let (mut desk, key, smartbox) = desk();
    let mut held = Grants::default();
    let id = desk.book(key, "Ana", START, END);
    let code = desk.ledger.booking(id).expect("made").code();
    desk.now = lisbon("2026-11-24T16:00");
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, code), Some(GrantState::Live));
    assert_eq!(desk.submit(&Command::WithdrawRevocation(id)), Err(Refusal::NotRevoked));
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    // A visit that broke off: the box has heard, and nobody knows.
    let (owed, _) = desk.ledger.owed(smartbox, &desk.zones, desk.now);
    held.merge(owed[0].clone(), desk.now, |_| false).expect("room");
    desk.run(Command::WithdrawRevocation(id));
    assert!(matches!(desk.ledger.status(id, &desk.zones, desk.now), Some(Status::Open { .. })));
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, code), Some(GrantState::Live), "it opens again all the same");
    desk.run(Command::RevokeBooking(id, Notify::Nobody));
    assert_eq!(at_the_box(&mut desk, smartbox, &mut held, code), Some(GrantState::Revoked));
    assert_eq!(desk.submit(&Command::WithdrawRevocation(id)), Err(Refusal::Heard(vec![smartbox])));
}

#[test]
fn an_alias_code_that_was_kept_for_later_is_sent_when_it_is_wanted_and_then_once_an_hour() {
    let (mut desk, ..) = desk();
    let visitor = Some(BookingVisitor::Described(person("Ana")));
    let alias = issue(&mut desk, NewAlias { visitor, ..new() });
    let send = Command::Resend(Subject::Alias(alias));
    let message = desk.run(send.clone()).messages().next().expect("a message");
    assert_eq!(desk.submit(&send), Err(Refusal::StillWaiting(message)));
    desk.run(Command::MoveMessage(message, MessageState::Sent));
    assert!(matches!(desk.submit(&send), Err(Refusal::TooSoon { .. })));
}

#[test]
fn boxes_elsewhere_are_not_told_of_an_alias_code_that_is_expected_here() {
    let (mut desk, _, smartbox) = desk();
    let elsewhere = LocationId(desk.run(Command::AddLocation(location("Shibuya", "Asia/Tokyo"))).id(0));
    let mut there = RequestedStay { location: elsewhere, start: wall(START), end: wall(END), class: None };
    let far = issue(&mut desk, NewAlias { stay: Some(there.clone()), ..new() });
    let owed = |desk: &Device| desk.ledger.owed(smartbox, &desk.zones, desk.now).0;
    assert!(owed(&desk).is_empty());
    there.location = desk.home();
    desk.run(Command::ChangeAlias(far, None, Some(there)));
    assert_eq!(owed(&desk).iter().map(|g| g.id).collect::<Vec<_>>(), [far.0]);
    assert_eq!(desk.ledger.channel(Subject::Alias(far)), None);
}

#[test]
fn an_alias_code_is_found_by_its_visitor_its_digits_its_class_and_its_booking() {
    let (mut desk, key, _) = desk();
    let visitor = Some(BookingVisitor::Described(person("Inês Prado")));
    let stay = stay(&desk, START, END, Some("Compact"));
    let own = issue(&mut desk, NewAlias { visitor, stay, ..new() });
    let other = issue(&mut desk, NewAlias { code: Some(code("730526")), ..new() });
    let fits = |desk: &Device, typed: &str| -> Vec<AliasId> {
        let query = Query::parse(typed).expect("a query");
        let all = desk.ledger.aliases().map(|(id, _)| id);
        all.filter(|id| query.fits(&alias_text(&desk.ledger, *id))).collect()
    };
    let digits = desk.ledger.alias(own).expect("issued").code().digits();
    for typed in ["ines", "PRADO compact", &digits, &[&digits[..3], " ", &digits[3..]].concat()] {
        assert_eq!(fits(&desk, typed), [own], "{typed}");
    }
    assert_eq!(fits(&desk, "730 526"), [other]);
    assert_eq!(fits(&desk, "inesprado"), [], "no word spans two fields");
    assert_eq!(fits(&desk, "bia"), []);
    let id = desk.book(key, "Bia", START, END);
    desk.run(Command::LinkAlias(other, id, Notify::Nobody));
    for typed in ["bia", "van 1"] {
        assert_eq!(fits(&desk, typed), [other], "of its booking: {typed}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Link(usize, usize),
    Unlink(usize),
    Unassign(usize),
    Retire(usize),
    Revoke(usize),
    Withdraw(usize),
    Visit,
    Wait,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is done: what the box says to an alias code after a visit is what the ledger says of it.
    #[test]
    fn a_visited_box_and_the_ledger_agree_on_every_code(
        steps in prop::collection::vec(prop_oneof![
            4 => (0usize..2, 0usize..3).prop_map(|(a, b)| Step::Link(a, b)),
            3 => (0usize..3).prop_map(Step::Unlink),
            1 => (0usize..3).prop_map(Step::Unassign),
            1 => (0usize..2).prop_map(Step::Retire),
            1 => (0usize..3).prop_map(Step::Revoke),
            1 => (0usize..3).prop_map(Step::Withdraw),
            3 => Just(Step::Visit),
            2 => Just(Step::Wait),
        ], 1..24),
    ) {
        let (mut desk, key, smartbox) = desk();
        let mut held = Grants::default();
        let aliases = [issue(&mut desk, new()), issue(&mut desk, new())];
        let starts = ["2026-11-22T11:00", "2026-11-23T11:00", "2026-11-24T11:00"];
        let ends = ["2026-11-23T10:00", "2026-11-24T10:00", "2026-11-25T10:00"];
        let bookings: Vec<BookingId> = (0..3).map(|n| desk.book(key, "Ana", starts[n], ends[n])).collect();
        for step in steps.into_iter().chain([Step::Visit]) {
            let command = match step {
                Step::Link(a, b) => Command::LinkAlias(aliases[a], bookings[b], Notify::Nobody),
                Step::Unlink(b) => Command::UnlinkAlias(bookings[b], Notify::Nobody),
                Step::Unassign(b) => Command::UnassignKeys(vec![bookings[b]]),
                Step::Retire(a) => Command::RetireAlias(aliases[a]),
                Step::Revoke(b) => Command::RevokeBooking(bookings[b], Notify::Nobody),
                Step::Withdraw(b) => Command::WithdrawRevocation(bookings[b]),
                Step::Wait => {
                    desk.now = desk.now.plus_ms(7 * 3_600_000);
                    continue;
                }
                Step::Visit => {
                    for alias in aliases {
                        let code = desk.ledger.alias(alias).expect("issued").code();
                        let said = at_the_box(&mut desk, smartbox, &mut held, code);
                        let open = held.find(code, desk.now);
                        let linked = desk.ledger.booking_of(alias).map(|(id, b)| (id, b.revoked().is_some()));
                        let status = linked.and_then(|(id, _)| desk.ledger.status(id, &desk.zones, desk.now));
                        match status {
                            Some(Status::Open { .. }) => {
                                prop_assert!(matches!(open, Found::Open(g) if Some(g.id) == linked.map(|(id, _)| id.0)));
                            }
                            Some(Status::Upcoming { .. }) => prop_assert_eq!(said, Some(GrantState::Live)),
                            _ => prop_assert!(!matches!(open, Found::Open(_)), "no code opens for what is not open"),
                        }
                    }
                    continue;
                }
            };
            let before = desk.ledger.clone();
            if desk.submit(&command).is_err() {
                prop_assert_eq!(&desk.ledger, &before);
            }
        }
    }
}
