//! What comes of the three services' files, and of the same file again, changed.
#![allow(clippy::unwrap_used, reason = "a test ends where its example is wrong")]

use super::*;
use crate::domain::{KeyDetails, TimeOfDay};
use crate::journal::Command;
use crate::journal::tests::*;
use proptest::prelude::*;

const AIRBNB: &str = include_str!("../../../tests/data/calendars/airbnb.ics");
const BOOKING_COM: &str = include_str!("../../../tests/data/calendars/booking-com.ics");
const GOOGLE: &str = include_str!("../../../tests/data/calendars/google-fleet.ics");

fn desk() -> (Device, KeyId) {
    let mut desk = Device::founded(lisbon("2026-11-22T10:00"));
    let key = desk.add_key("Flat 3");
    (desk, key)
}

fn planned(desk: &Device, key: KeyId, file: &str) -> ImportPlan {
    let calendar = ics::read(file.as_bytes()).unwrap();
    plan(&desk.ledger, key, &calendar, &desk.zones, Language::En, desk.now).unwrap()
}

/// Does what a plan proposes, and what is chosen beside it. Answers how many were made, moved and revoked.
fn import(desk: &mut Device, plan: &ImportPlan, choices: &[(usize, bool)]) -> (usize, usize, usize) {
    let import = plan.decide(&choices.iter().copied().collect());
    let done = (import.make.len(), import.reschedule.len(), import.revoke.len());
    if done != (0, 0, 0) {
        desk.run(Command::ImportCalendar(import));
    }
    done
}

/// Imports a file as it is proposed.
fn import_file(desk: &mut Device, key: KeyId, file: &str) -> (usize, usize, usize) {
    let plan = planned(desk, key, file);
    import(desk, &plan, &[])
}

fn count(plan: &ImportPlan, is: impl Fn(&Outcome) -> bool) -> usize {
    plan.items.iter().filter(|item| is(&item.outcome)).count()
}

fn refusals(plan: &ImportPlan) -> Vec<&ImportRefusal> {
    plan.items
        .iter()
        .filter_map(|item| match &item.outcome {
            Outcome::Refused(refusal) => Some(refusal),
            _ => None,
        })
        .collect()
}

fn file(name: &str, entries: &[(&str, &str, &str)]) -> String {
    let mut text = format!(
        "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nX-WR-CALNAME:{name}\r\n"
    );
    for (uid, start, end) in entries {
        let event = format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART{start}\r\nDTEND{end}\r\nSUMMARY:{name}: {uid}\r\nEND:VEVENT\r\n"
        );
        text.push_str(&event);
    }
    text + "END:VCALENDAR\r\n"
}

/// A time of the 24th of November 2026 or of later days, as it stands in a file after `DTSTART`.
fn hour(day: u32, hour: u32) -> String {
    format!(";TZID=Europe/Lisbon:202611{:02}T{hour:02}0000", 24 + day)
}

#[test]
fn airbnb_gives_seven_reservations_at_the_keys_own_hours_and_two_blocked_periods() {
    let (mut desk, key) = desk();
    let plan = planned(&desk, key, AIRBNB);
    assert_eq!(plan.items.len(), 9);
    assert_eq!(count(&plan, |o| matches!(o, Outcome::Make(_))), 7);
    assert_eq!(count(&plan, |o| *o == Outcome::Blocked), 2);
    let first = &plan.items[0];
    assert_eq!(first.title, "Airbnb HMQ4T9XK2B");
    assert_eq!((first.start, first.end), (Some(wall("2026-11-20T15:00")), Some(wall("2026-11-23T11:00"))));
    let Outcome::Make(new) = &first.outcome else { panic!("a booking") };
    let notes = new.notes.as_ref().unwrap().as_str();
    assert!(notes.contains("https://www.airbnb.com/hosting/reservations/details/HMQ4T9XK2B"), "{notes}");
    assert!(notes.contains("6789"), "{notes}");

    assert_eq!(import(&mut desk, &plan, &[]), (7, 0, 0));
    let first = desk.ledger.bookings().next().unwrap().0;
    let (made, visitor) = (desk.ledger.booking(first).unwrap(), desk.ledger.bookings().next().unwrap().1.visitor());
    assert_eq!(made.right().window().unwrap().start(), wall("2026-11-20T15:00"));
    assert_eq!(desk.ledger.visitor(visitor).unwrap().name.as_str(), "Airbnb HMQ4T9XK2B");
    assert!(desk.ledger.notes(first).is_some());
}

#[test]
fn booking_com_gives_five_entries_to_choose_about_all_at_once_or_one_by_one() {
    let (mut desk, key) = desk();
    let plan = planned(&desk, key, BOOKING_COM);
    assert_eq!(plan.items.len(), 5);
    assert_eq!(
        count(
            &plan,
            |o| matches!(o, Outcome::Ask { why: AskReason::Undetermined, overlaps, .. } if overlaps.is_empty())
        ),
        5
    );
    assert_eq!(plan.items[0].title, "Booking.com guest");
    assert_eq!(import(&mut desk, &plan, &[]), (0, 0, 0));
    assert_eq!(import(&mut desk, &plan, &[(1, true), (4, true)]), (2, 0, 0));
    let again = planned(&desk, key, BOOKING_COM);
    assert_eq!(count(&again, |o| matches!(o, Outcome::Unchanged(_))), 2);
    assert_eq!(count(&again, |o| matches!(o, Outcome::Ask { .. })), 3);
}

#[test]
fn google_gives_two_bookings_and_a_reason_for_each_of_the_others() {
    let (mut desk, key) = desk();
    let plan = planned(&desk, key, GOOGLE);
    assert_eq!(plan.items.len(), 6);
    assert_eq!(count(&plan, |o| matches!(o, Outcome::Make(_))), 2);
    assert_eq!(count(&plan, |o| *o == Outcome::Cancelled), 1);
    assert_eq!(count(&plan, |o| matches!(o, Outcome::Ask { why: AskReason::AllDay, .. })), 1);
    let [ImportRefusal::Window(WindowError::StartSkipped(gap)), end] = refusals(&plan)[..] else {
        panic!("two refusals: {plan:?}")
    };
    assert_eq!((gap.before, gap.after), (wall("2027-03-28T00:59"), wall("2027-03-28T02:00")));
    assert!(matches!(
        end,
        ImportRefusal::Entry(ics::EntryProblem::EndNotAfterStart { .. })
            | ImportRefusal::Window(WindowError::EndNotAfterStart { .. })
    ));
    assert_eq!(plan.items[1].title, "田中 さくら");
    assert_eq!(plan.items[1].start, Some(wall("2026-11-26T09:00")));
    assert_eq!(plan.items[3].title, "Inspection");

    assert_eq!(import(&mut desk, &plan, &[]), (2, 0, 0));
    let (id, booking) = desk.ledger.bookings().next().unwrap();
    let visitor = desk.ledger.visitor(booking.visitor()).unwrap();
    assert_eq!(visitor.name.as_str(), "Inês Ferreira");
    assert_eq!(visitor.email.as_ref().unwrap().as_str(), "ines.ferreira@example.com");
    let notes = desk.ledger.notes(id).unwrap().as_str();
    assert_eq!(notes, "Return to the Alcântara box; full tank\nRua da Cozinha Económica, Lisboa");
    let (id, booking) = desk.ledger.bookings().nth(1).unwrap();
    assert_eq!(desk.ledger.visitor(booking.visitor()).unwrap().mobile.as_ref().unwrap().as_str(), "+819012345678");
    assert_eq!(desk.ledger.notes(id), None, "the number alone is no note");
}

#[test]
fn the_same_file_again_changes_nothing() {
    for text in [AIRBNB, GOOGLE] {
        let (mut desk, key) = desk();
        let plan = planned(&desk, key, text);
        import(&mut desk, &plan, &[]);
        let again = planned(&desk, key, text);
        assert_eq!(
            count(&again, |o| matches!(o, Outcome::Make(_) | Outcome::Move(_) | Outcome::OfferRevoke { .. })),
            0
        );
        assert_eq!(import(&mut desk, &again, &[]), (0, 0, 0));
    }
}

#[test]
fn one_entry_never_becomes_two_bookings_although_two_previews_were_open() {
    let (mut desk, key) = desk();
    let plan = planned(&desk, key, AIRBNB);
    import(&mut desk, &plan, &[]);
    let refused = desk.decide(&Command::ImportCalendar(plan.decide(&Table::default())));
    assert!(matches!(refused, Err(Refusal::AlreadyImported(_))), "{refused:?}");
}

#[test]
fn an_entry_that_moved_moves_its_booking_and_its_code_stays() {
    let (mut desk, key) = desk();
    let plan = planned(&desk, key, AIRBNB);
    import(&mut desk, &plan, &[]);
    let code = desk.ledger.bookings().nth(1).unwrap().1.code();
    let moved = AIRBNB.replace("DTEND;VALUE=DATE:20261129", "DTEND;VALUE=DATE:20261130");
    let plan = planned(&desk, key, &moved);
    assert_eq!(count(&plan, |o| matches!(o, Outcome::Move(_))), 1);
    assert_eq!(import(&mut desk, &plan, &[]), (0, 1, 0));
    let booking = desk.ledger.bookings().nth(1).unwrap().1;
    assert_eq!(booking.right().window().unwrap().end(), wall("2026-11-30T11:00"));
    assert_eq!(booking.code(), code);
    assert_eq!(import_file(&mut desk, key, &moved), (0, 0, 0));
}

#[test]
fn what_somebody_set_by_hand_stays_until_the_entry_itself_moves() {
    let (mut desk, key) = desk();
    import_file(&mut desk, key, AIRBNB);
    let id = desk.ledger.bookings().nth(1).unwrap().0;
    let mut terms = desk.terms(id);
    terms.times = Some((wall("2026-11-25T18:30"), wall("2026-11-29T11:00")));
    desk.run(Command::EditBooking(id, terms));
    assert_eq!(planned(&desk, key, AIRBNB).items[1].outcome, Outcome::Unchanged(id));
    let moved = AIRBNB.replace("DTEND;VALUE=DATE:20261129", "DTEND;VALUE=DATE:20261128");
    let plan = planned(&desk, key, &moved);
    let Outcome::Move(Moved { to, .. }) = &plan.items[1].outcome else { panic!("moved: {plan:?}") };
    assert_eq!(to.end, wall("2026-11-28T11:00"));
}

#[test]
fn an_entry_that_is_gone_or_cancelled_is_offered_and_never_revoked_by_itself() {
    let (mut desk, key) = desk();
    import_file(&mut desk, key, GOOGLE);
    let ids: Vec<BookingId> = desk.ledger.bookings().map(|(id, _)| id).collect();
    let changed =
        GOOGLE.replacen("STATUS:CONFIRMED", "STATUS:CANCELLED", 1).replace("0a2@google.com", "0a9@google.com");
    let plan = planned(&desk, key, &changed);
    assert_eq!(plan.items[0].outcome, Outcome::OfferRevoke { booking: ids[0], why: RevokeReason::Cancelled });
    let gone = plan.items.last().unwrap();
    assert_eq!(gone.outcome, Outcome::OfferRevoke { booking: ids[1], why: RevokeReason::Gone });
    assert_eq!((gone.line, gone.title.as_str()), (None, "田中 さくら"));
    // The same times under another name: the old booking is still in the way, so it takes somebody to decide.
    assert!(matches!(&plan.items[1].outcome, Outcome::Ask { why: AskReason::Overlaps, .. }));
    assert_eq!(import(&mut desk, &plan, &[]), (0, 0, 0));
    assert_eq!(import(&mut desk, &plan, &[(0, true), (1, true), (plan.items.len() - 1, true)]), (1, 0, 2));
    assert!(ids.iter().all(|id| desk.ledger.booking(*id).unwrap().revoked().is_some()));
    let again = planned(&desk, key, &changed);
    assert_eq!(again.items[0].outcome, Outcome::Cancelled);
    assert_eq!(again.items.len(), 6, "what is revoked is not offered again");
    assert_eq!(planned(&desk, key, GOOGLE).items[0].outcome, Outcome::WasRevoked(ids[0]));
}

#[test]
fn what_is_over_is_not_offered_for_revocation_and_not_written_anew() {
    let (mut desk, key) = desk();
    import_file(&mut desk, key, AIRBNB);
    desk.now = lisbon("2026-12-25T12:00");
    let (_, later) = AIRBNB.split_once("END:VEVENT\r\n").unwrap();
    let head = AIRBNB.split("BEGIN:VEVENT").next().unwrap();
    let plan = planned(&desk, key, &format!("{head}{later}"));
    assert_eq!(count(&plan, |o| matches!(o, Outcome::OfferRevoke { .. })), 0);
    let shorter = AIRBNB.replace("DTEND;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261122");
    assert!(matches!(planned(&desk, key, &shorter).items[0].outcome, Outcome::Unchanged(_)));
}

#[test]
fn an_entry_that_can_not_be_read_any_more_is_not_gone() {
    let (mut desk, key) = desk();
    import_file(&mut desk, key, AIRBNB);
    let broken = AIRBNB.replace("DTSTART;VALUE=DATE:20261125", "DTSTART;VALUE=DATE:2026112");
    let plan = planned(&desk, key, &broken);
    assert_eq!(count(&plan, |o| matches!(o, Outcome::OfferRevoke { .. })), 0);
    assert_eq!(refusals(&plan).len(), 1);
}

#[test]
fn calendars_are_compared_with_themselves_alone() {
    let (mut desk, key) = desk();
    import_file(&mut desk, key, AIRBNB);
    assert_eq!(count(&planned(&desk, key, GOOGLE), |o| matches!(o, Outcome::OfferRevoke { .. })), 0);
    let other = desk.add_key("Flat 4");
    assert_eq!(count(&planned(&desk, other, AIRBNB), |o| matches!(o, Outcome::Make(_))), 7);
}

#[test]
fn an_overlap_is_asked_about_and_allowed_when_chosen() {
    let (mut desk, key) = desk();
    let there = desk.book(key, "Ana", "2026-11-24T10:00", "2026-11-24T12:00");
    let text = file(
        "Van",
        &[("a", &hour(0, 11), &hour(0, 13)), ("b", &hour(0, 12), &hour(0, 14)), ("c", &hour(1, 9), &hour(1, 10))],
    );
    let plan = planned(&desk, key, &text);
    // "b" touches Ana's booking, and "a", which is asked about, does not keep it from being made.
    let overlaps = |index: usize| match &plan.items[index].outcome {
        Outcome::Ask { why: AskReason::Overlaps, overlaps, .. } => overlaps.clone(),
        other => panic!("asked about: {other:?}"),
    };
    assert_eq!(overlaps(0), [Overlapping::Booking(there), Overlapping::Item(1)]);
    assert!(matches!(plan.items[1].outcome, Outcome::Make(_)) && matches!(plan.items[2].outcome, Outcome::Make(_)));
    assert_eq!(import(&mut desk.clone(), &plan, &[]), (2, 0, 0));
    assert_eq!(import(&mut desk, &plan, &[(0, true)]), (3, 0, 0));
    assert_eq!(desk.ledger.bookings().filter(|(_, b)| b.overlap()).count(), 1);
}

#[test]
fn entries_may_change_places() {
    let (mut desk, key) = desk();
    let before = file("Van", &[("a", &hour(0, 9), &hour(0, 10)), ("b", &hour(1, 9), &hour(1, 10))]);
    import_file(&mut desk, key, &before);
    let after = file("Van", &[("a", &hour(1, 9), &hour(1, 10)), ("b", &hour(0, 9), &hour(0, 10))]);
    let plan = planned(&desk, key, &after);
    assert_eq!(import(&mut desk, &plan, &[]), (0, 2, 0));
    assert!(desk.ledger.bookings().all(|(_, b)| !b.overlap()));
}

#[test]
fn a_move_onto_others_is_asked_about() {
    let (mut desk, key) = desk();
    let before = file("Van", &[("a", &hour(0, 9), &hour(0, 10)), ("b", &hour(1, 9), &hour(1, 10))]);
    import_file(&mut desk, key, &before);
    let ids: Vec<BookingId> = desk.ledger.bookings().map(|(id, _)| id).collect();
    // "b" gets in the way of Ana, so it stays where it is, and then "a" is in its way.
    let ana = desk.book(key, "Ana", "2026-11-26T09:00", "2026-11-26T10:00");
    let after = file("Van", &[("a", &hour(1, 9), &hour(1, 10)), ("b", &hour(2, 9), &hour(2, 10))]);
    let plan = planned(&desk, key, &after);
    let overlaps = |index: usize| match &plan.items[index].outcome {
        Outcome::Ask { why: AskReason::Overlaps, overlaps, proposal: Proposal::Move(_) } => overlaps.clone(),
        other => panic!("asked about: {other:?}"),
    };
    assert_eq!(overlaps(1), [Overlapping::Booking(ana)]);
    assert_eq!(overlaps(0), [Overlapping::Booking(ids[1])]);
    assert_eq!(import(&mut desk.clone(), &plan, &[]), (0, 0, 0));
    assert_eq!(import(&mut desk, &plan, &[(0, true), (1, true)]), (0, 2, 0));
    assert_eq!(import(&mut desk.clone(), &planned(&desk, key, &after), &[]), (0, 0, 0));
}

#[test]
fn times_of_other_zones_are_shown_by_the_clocks_at_the_keys_home() {
    let (mut desk, _) = desk();
    let home = desk.run(Command::AddLocation(location("Shibuya", "Asia/Tokyo"))).id(0);
    let key = desk.add_key_at("Van 4", crate::domain::LocationId(home));
    let text = file(
        "Van",
        &[("a", &hour(0, 9), ":20261124T120000Z"), ("b", ";TZID=Mars/Olympus:20261125T090000", &hour(1, 12))],
    );
    let calendar = ics::read(text.as_bytes()).unwrap();
    assert_eq!(zones_needed(&calendar), [zone("Europe/Lisbon"), zone("Mars/Olympus")]);
    let plan = planned(&desk, key, &text);
    assert_eq!(
        (plan.items[0].start, plan.items[0].end),
        (Some(wall("2026-11-24T18:00")), Some(wall("2026-11-24T21:00")))
    );
    assert_eq!(plan.items[1].outcome, Outcome::Refused(ImportRefusal::UnknownZone("Mars/Olympus".to_owned())));
}

#[test]
fn floating_times_are_meant_in_the_calendars_own_zone_or_at_the_keys_home() {
    let (desk, key) = desk();
    let text = file("Van", &[("a", ":20261124T090000", ":20261124T100000")]);
    assert_eq!(planned(&desk, key, &text).items[0].start, Some(wall("2026-11-24T09:00")));
    let tokyo = text.replace("VERSION:2.0\r\n", "VERSION:2.0\r\nX-WR-TIMEZONE:Asia/Tokyo\r\n");
    assert_eq!(planned(&desk, key, &tokyo).items[0].start, Some(wall("2026-11-24T00:00")));
}

#[test]
fn an_occurrence_of_a_repeated_entry_is_a_booking_of_its_own() {
    let (mut desk, key) = desk();
    let text = file("Van", &[("a", &hour(0, 9), &hour(0, 10)), ("a", &hour(1, 11), &hour(1, 12))]).replacen(
        "SUMMARY",
        "RRULE:FREQ=DAILY\r\nSUMMARY",
        1,
    );
    let text = text.replace(
        "DTSTART;TZID=Europe/Lisbon:20261125T110000",
        "RECURRENCE-ID;TZID=Europe/Lisbon:20261125T090000\r\nDTSTART;TZID=Europe/Lisbon:20261125T110000",
    );
    let plan = planned(&desk, key, &text);
    assert!(matches!(plan.items[0].outcome, Outcome::Ask { why: AskReason::Recurring, .. }));
    assert_eq!(import(&mut desk, &plan, &[(0, true)]), (2, 0, 0));
    assert_eq!(count(&planned(&desk, key, &text), |o| matches!(o, Outcome::Unchanged(_))), 2);
}

#[test]
fn a_key_whose_hours_leave_no_time_between_two_dates_refuses_with_the_window() {
    let (mut desk, key) = desk();
    let time = |hour| TimeOfDay::new(hour, 0).unwrap();
    let details =
        KeyDetails { check_in: time(1), check_out: time(11), ..desk.ledger.key(key).unwrap().details().clone() };
    desk.run(Command::ChangeKey(key, details));
    // Lisbon skips 01:00 on the 28th of March 2027.
    let skipped = AIRBNB.replace("DTSTART;VALUE=DATE:20270326", "DTSTART;VALUE=DATE:20270328");
    assert!(matches!(
        refusals(&planned(&desk, key, &skipped))[..],
        [ImportRefusal::Window(WindowError::StartSkipped(_))]
    ));
}

#[test]
fn texts_that_do_not_fit_are_cut_and_never_refused() {
    let (mut desk, key) = desk();
    let text = file("Van", &[("a", &hour(0, 9), &hour(0, 10))]).replace(
        "SUMMARY:Van: a",
        &format!("SUMMARY:Van: {}\r\nDESCRIPTION:{}", "é".repeat(200), "long\\n".repeat(900)),
    );
    let plan = planned(&desk, key, &text);
    assert_eq!(plan.items[0].title.chars().count(), Name::MOST);
    assert_eq!(import(&mut desk, &plan, &[]), (1, 0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn what_a_plan_proposes_is_never_refused_and_leaves_nothing_to_do(
        first in prop::collection::vec((0u32..6, 0u32..23, 1u32..4), 0..8),
        second in prop::collection::vec((0u32..6, 0u32..23, 1u32..4), 0..8),
        chosen in prop_oneof![Just(0), any::<u16>()],
        by_hand in (0u32..6, 0u32..20),
    ) {
        let (mut desk, key) = desk();
        let (day, at) = by_hand;
        desk.book(key, "Ana", &format!("2026-11-{}T{at:02}:00", 24 + day), &format!("2026-11-{}T{:02}:30", 24 + day, at + 2));
        for entries in [first, second] {
            let entries: Vec<(String, String, String)> = entries
                .iter()
                .enumerate()
                .map(|(i, (day, at, length))| (format!("e{i}"), hour(*day, *at), hour(*day, (at + length).min(23).max(at + 1))))
                .collect();
            let borrowed: Vec<(&str, &str, &str)> = entries.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
            let text = file("Van", &borrowed);
            let plan = planned(&desk, key, &text);
            let asked = |i: usize| matches!(plan.items[i].outcome, Outcome::Ask { .. } | Outcome::OfferRevoke { .. });
            let choices: Vec<(usize, bool)> =
                (0..plan.items.len()).filter(|i| asked(*i)).map(|i| (i, chosen >> (i % 16) & 1 == 1)).collect();
            import(&mut desk, &plan, &choices);
            let again = planned(&desk, key, &text);
            let done = |item: &Item| matches!(item.outcome, Outcome::Make(_) | Outcome::Move(_));
            for (i, item) in plan.items.iter().enumerate().filter(|(_, item)| done(item)) {
                prop_assert!(matches!(again.items[i].outcome, Outcome::Unchanged(_)), "{:?}", item);
            }
            if !choices.iter().any(|(_, chosen)| *chosen) {
                // Had more been chosen, a booking that left its place may have made room for another.
                prop_assert_eq!(count(&again, |o| matches!(o, Outcome::Make(_) | Outcome::Move(_))), 0, "{:?}", again);
            }
        }
    }
}
