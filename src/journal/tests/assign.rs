//! Which key each arrival could be given.

use super::*;
use crate::collections::Table;
use crate::domain::*;
use crate::journal::assign::{Arrival, arrivals, suggest};
use crate::journal::command::*;
use crate::journal::fact::{MessageState, StatedPlace, Subject};
use crate::journal::queries::AliasLife;
use crate::journal::taken::share;
use crate::journal::{Command, Refusal};
use crate::smartbox::protocol::{Event, LoggedEvent};
use proptest::prelude::*;

const NOW: &str = "2026-11-24T08:00";

fn desk() -> Device {
    Device::founded(lisbon("2026-11-20T10:00"))
}

fn key(desk: &mut Device, text: &str, class: Option<&str>) -> KeyId {
    let id = desk.add_key(text);
    let details = desk.ledger.key(id).expect("added").details().clone();
    if let Some(class) = class {
        desk.run(Command::ChangeKey(id, KeyDetails { class: Some(name(class)), ..details }));
    }
    id
}

fn expect(desk: &mut Device, who: &str, start: &str, end: &str, class: Option<&str>) -> AliasId {
    let (start, end) = (wall(start), wall(end));
    let stay = Some(RequestedStay { location: desk.home(), start, end, class: class.map(name) });
    let visitor = Some(BookingVisitor::Described(person(who)));
    let new = NewAlias { code: None, visitor, stay, notify: Notify::Nobody };
    AliasId(desk.run(Command::IssueAliases(vec![new])).aliases().next().expect("an alias code"))
}

fn of_today(desk: &Device) -> Vec<Arrival> {
    arrivals(&desk.ledger, desk.home(), wall(NOW).date(), &desk.zones, desk.now)
}

fn suggested(desk: &Device) -> Vec<(AliasId, Option<KeyId>)> {
    let arrivals = of_today(desk);
    let keys = suggest(&arrivals, &Table::default());
    arrivals.iter().map(|arrival| arrival.alias).zip(keys).collect()
}

#[test]
fn arrivals_are_those_of_the_day_and_earlier_ones_that_are_still_awaited() {
    let mut desk = desk();
    let today = expect(&mut desk, "Ana", "2026-11-24T15:00", "2026-11-26T11:00", None);
    let late = expect(&mut desk, "Bia", "2026-11-22T15:00", "2026-11-25T11:00", None);
    let _missed = expect(&mut desk, "Cai", "2026-11-22T15:00", "2026-11-23T11:00", None);
    let tomorrow = expect(&mut desk, "Dora", "2026-11-25T15:00", "2026-11-26T11:00", None);
    let retired = expect(&mut desk, "Eva", "2026-11-24T15:00", "2026-11-26T11:00", None);
    desk.run(Command::RetireAlias(retired));
    desk.now = lisbon(NOW);
    let ids = |arrivals: Vec<Arrival>| arrivals.iter().map(|arrival| arrival.alias).collect::<Vec<_>>();
    assert_eq!(ids(of_today(&desk)), [late, today]);
    let next = wall(NOW).date().plus_days(1);
    assert_eq!(ids(arrivals(&desk.ledger, desk.home(), next, &desk.zones, desk.now)), [late, today, tomorrow]);
    // Whoever has a booking is no arrival any more, until it is revoked.
    let van = key(&mut desk, "Van 1", None);
    let give = Assignment { alias: today, key: van, visitor: None, overlap: Overlap::Refuse, notify: Notify::Nobody };
    let booking = desk.run(Command::AssignKeys(vec![give])).booking().expect("made");
    assert_eq!(ids(of_today(&desk)), [late]);
    desk.run(Command::RevokeBooking(booking, Notify::Nobody));
    assert_eq!(ids(of_today(&desk)), [late, today]);
}

#[test]
fn keys_in_a_box_come_first_then_by_name_and_those_that_are_taken_last() {
    let mut desk = desk();
    let smartbox = desk.add_box("Door");
    let [c, b, a, d] = ["Car 3", "Car 2", "Car 1", "Car 4"].map(|name| key(&mut desk, name, None));
    desk.run(Command::StateKey(c, StatedPlace::InBin(smartbox, bin(1))));
    desk.run(Command::StateKey(d, StatedPlace::InBin(smartbox, bin(2))));
    let taken = desk.book(d, "Zoe", "2026-11-25T10:00", "2026-11-25T18:00");
    expect(&mut desk, "Ana", "2026-11-24T15:00", "2026-11-26T11:00", None);
    desk.now = lisbon(NOW);
    let keys: Vec<KeyId> = of_today(&desk)[0].keys.iter().map(|offered| offered.key).collect();
    assert_eq!(keys, [c, a, b, d]);
    assert_eq!(of_today(&desk)[0].keys[3].taken, [taken]);
}

#[test]
fn whoever_was_promised_a_class_is_not_left_without_for_one_who_was_not() {
    let mut desk = desk();
    let (van, car) = (key(&mut desk, "A van", Some("Van")), key(&mut desk, "B car", None));
    let any = expect(&mut desk, "Ana", "2026-11-24T09:00", "2026-11-26T11:00", None);
    let promised = expect(&mut desk, "Bia", "2026-11-24T15:00", "2026-11-26T11:00", Some("Van"));
    desk.now = lisbon(NOW);
    assert_eq!(suggested(&desk), [(any, Some(car)), (promised, Some(van))]);
}

#[test]
fn others_are_moved_to_another_key_when_one_would_be_left_without() {
    let mut desk = desk();
    let (first, second) = (key(&mut desk, "Car 1", None), key(&mut desk, "Car 2", None));
    // The second car is gone from Thursday, so that only the first one will do for the longer stay.
    desk.book(second, "Zoe", "2026-11-26T12:00", "2026-11-28T18:00");
    let short = expect(&mut desk, "Ana", "2026-11-24T09:00", "2026-11-26T11:00", None);
    let long = expect(&mut desk, "Bia", "2026-11-24T15:00", "2026-11-27T11:00", None);
    desk.now = lisbon(NOW);
    assert_eq!(suggested(&desk), [(short, Some(second)), (long, Some(first))]);
}

#[test]
fn what_somebody_chose_stays_and_the_others_go_round_it() {
    let mut desk = desk();
    let (first, second) = (key(&mut desk, "Car 1", None), key(&mut desk, "Car 2", None));
    let [a, b, c] =
        ["Ana", "Bia", "Cai"].map(|who| expect(&mut desk, who, "2026-11-24T15:00", "2026-11-26T11:00", None));
    desk.now = lisbon(NOW);
    assert_eq!(suggested(&desk), [(a, Some(first)), (b, Some(second)), (c, None)]);
    let chosen = [(a, None), (c, Some(first))].into_iter().collect();
    assert_eq!(suggest(&of_today(&desk), &chosen), [None, Some(second), Some(first)]);
    let same = [(a, Some(first)), (c, Some(first))].into_iter().collect();
    assert_eq!(suggest(&of_today(&desk), &same), [Some(first), Some(second), Some(first)]);
}

#[test]
fn keys_that_were_assigned_can_be_taken_back_all_of_them_at_once() {
    let mut desk = desk();
    let smartbox = desk.add_box("Door");
    let keys = ["Car 1", "Car 2"].map(|name| key(&mut desk, name, None));
    let [a, b] = ["Ana", "Bia"].map(|who| expect(&mut desk, who, "2026-11-24T15:00", "2026-11-26T11:00", None));
    desk.now = lisbon(NOW);
    let before = of_today(&desk);
    let give = |alias, key, notify| Assignment { alias, key, visitor: None, overlap: Overlap::Refuse, notify };
    let both = vec![give(a, keys[0], Notify::Visitor), give(b, keys[1], Notify::Visitor)];
    let done = desk.run(Command::AssignKeys(both));
    let (made, told): (Vec<BookingId>, Vec<MessageId>) = (done.bookings().collect(), done.messages().collect());
    assert_eq!((made.len(), told.len(), of_today(&desk).len()), (2, 2, 0));
    // Ana’s went out within the ten seconds; Bia’s still waits.
    desk.run(Command::MoveMessage(told[0], MessageState::Sent));
    desk.now = desk.now.plus_ms(8_000);
    let held = desk.clone();
    let back = Command::UnassignKeys(made.clone());
    desk.run(back.clone());
    assert_eq!(of_today(&desk), before, "they arrive again, and the keys are free again");
    assert_eq!(desk.ledger.alias_life(a, &desk.zones, desk.now), Some(AliasLife::NotLinked));
    let told_of = |id| -> Vec<(MessageKind, MessageState)> {
        let about = desk.ledger.messages_about(Subject::Booking(id));
        about.map(|(_, message)| (message.kind(), message.state())).collect()
    };
    let instructions = MessageKind::Instructions;
    assert_eq!(told_of(made[0]), [(instructions, MessageState::Sent), (MessageKind::Revocation, MessageState::ToDo)]);
    assert_eq!(told_of(made[1]), [(instructions, MessageState::Dropped)]);
    assert_eq!(desk.submit(&back), Err(Refusal::NothingToDo), "once");
    desk.run(Command::AssignKeys(vec![give(a, keys[1], Notify::Nobody), give(b, keys[0], Notify::Nobody)]));
    // What one of two tabs took back is passed over by the other; a key that was picked up is not taken back.
    let mut desk = held;
    desk.run(Command::RevokeBooking(made[0], Notify::Nobody));
    desk.run(back.clone());
    assert!(made.iter().all(|id| desk.ledger.booking(*id).is_some_and(|booking| booking.revoked().is_some())));
    let again = desk.run(Command::AssignKeys(vec![give(b, keys[0], Notify::Nobody)])).booking().expect("made");
    let event =
        LoggedEvent { number: 1, at: desk.now, event: Event::PickUp { grant: again.0, key: keys[0], bin: bin(1) } };
    desk.run(Command::KeepEvents(smartbox, vec![event], None));
    assert_eq!(desk.submit(&Command::UnassignKeys(vec![again])), Err(Refusal::PickedUp));
}

/// Hours of the day at which a stay begins and how many it lasts, and whether it is for a class.
type Wish = (u8, u8, Option<bool>);

fn class(van: bool) -> &'static str {
    if van { "Van" } else { "Car" }
}

fn hours(from: u8, lasting: u8) -> (String, String) {
    let start = wall(NOW).date().at(TimeOfDay::new(9, 0).expect("nine")).plus_minutes(60 * i64::from(from));
    (start.to_string(), start.plus_minutes(60 * i64::from(lasting)).to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Only keys that are free and of the class are suggested, none twice at a time, nobody is left without for whom one
    /// lies there, and the rules accept it as it stands.
    #[test]
    fn suggestions_can_be_assigned_as_they_stand(
        keys in proptest::collection::vec(any::<Option<bool>>(), 1..7),
        bookings in proptest::collection::vec((0..7usize, 0..20u8, 1..20u8), 0..6),
        wishes in proptest::collection::vec((0..10u8, 1..20u8, any::<Option<bool>>()), 1..8),
    ) {
        let mut desk = desk();
        let keys: Vec<KeyId> =
            keys.iter().enumerate().map(|(n, van)| key(&mut desk, &format!("Key {n}"), van.map(class))).collect();
        for (n, (of, from, lasting)) in bookings.iter().enumerate() {
            let (start, end) = hours(*from, *lasting);
            // One that would overlap another is none.
            let _ = desk.submit(&Command::MakeBooking(booking(keys[of % keys.len()], &format!("Guest {n}"), &start, &end)));
        }
        for (n, (from, lasting, van)) in wishes.iter().enumerate() {
            let (from, lasting, van): Wish = (*from, *lasting, *van);
            let (start, end) = hours(from, lasting);
            expect(&mut desk, &format!("Visitor {n}"), &start, &end, van.map(class));
        }
        desk.now = lisbon(NOW);
        let arrivals = of_today(&desk);
        prop_assert_eq!(arrivals.len(), wishes.len());
        let given = suggest(&arrivals, &Table::default());
        for (one, key) in given.iter().enumerate() {
            let arrival = &arrivals[one];
            let held = |key: KeyId| {
                (0..given.len()).any(|i| i != one && given[i] == Some(key) && share(arrivals[i].span, arrival.span))
            };
            if let Some(key) = key {
                let details = desk.ledger.key(*key).expect("known").details();
                prop_assert!(arrival.class.is_none() || details.class == arrival.class);
                let rules = desk.zones.get(&zone("Europe/Lisbon")).expect("known");
                prop_assert!(desk.ledger.overlapping(*key, arrival.window, rules, None).is_empty());
                prop_assert!(!held(*key), "no key twice at a time");
            } else {
                let mut free = arrival.keys.iter().filter(|offered| offered.taken.is_empty());
                prop_assert!(free.all(|offered| held(offered.key)), "nobody is left without a key that lies there");
            }
        }
        let give = |(arrival, key): (&Arrival, Option<KeyId>)| {
            let (alias, visitor) = (arrival.alias, None);
            Some(Assignment { alias, key: key?, visitor, overlap: Overlap::Refuse, notify: Notify::Nobody })
        };
        let all: Vec<Assignment> = arrivals.iter().zip(given).filter_map(give).collect();
        if !all.is_empty() {
            let made = desk.submit(&Command::AssignKeys(all));
            prop_assert!(made.is_ok());
            let bookings = made.iter().flat_map(|made| made.bookings()).collect();
            prop_assert!(desk.submit(&Command::UnassignKeys(bookings)).is_ok());
            prop_assert_eq!(of_today(&desk), arrivals, "taken back, the morning is as before");
        }
    }
}
