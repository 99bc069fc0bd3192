//! What every journal does, whatever it is kept in. Each function is one test, over any implementation.

use std::collections::BTreeSet;
use std::pin::Pin;

use latchbook::domain::{
    CodeDigits, CodeKey, DeviceId, FactId, Instant, KeyDetails, KeyId, Language, LocationDetails, LocationId, Name,
    Offset, TimeOfDay, VisitorDetails, WallTime, ZoneBook, ZoneName, ZoneRules,
};
use latchbook::journal::command::{BookingVisitor, NewBooking, Notify, Overlap, RequestedRight};
use latchbook::journal::port::{Identity, Journal, JournalError, Opened, Position};
use latchbook::journal::{Command, Desk, Entry, Fact, FactBody, Hlc};

/// One place where a journal is kept, and any number of handles to it: as many as there are tabs.
pub trait Place {
    type Journal: Journal;

    /// Another handle.
    fn handle(&self) -> Self::Journal;
}

/// How many entries a segment holds, where there are segments.
pub const SEGMENT: u64 = 512;

/// So many entries, told apart by their counters, from one on.
pub fn entries(from: u32, count: u32) -> Vec<Entry> {
    let entry = |counter: u32| {
        let body = counter.to_le_bytes().repeat(5 + counter as usize % 90);
        Entry::Fact(Fact { id: FactId::new(DeviceId(7), counter), at: Hlc::default(), previous: None, body })
    };
    (from..from + count).map(entry).collect()
}

fn identity(device: u32) -> Identity {
    Identity { device: DeviceId(device), codes: CodeKey::new([device as u8; 32]) }
}

const START: Position = Position(0);
const END: Position = Position(u64::MAX);

async fn appended<J: Journal>(journal: &J, end: Position, entries: &[Entry]) -> Position {
    journal.append(end, entries, None).await.expect("it is appended")
}

async fn whole<J: Journal>(journal: &J) -> Vec<Entry> {
    journal.read(START, END).await.expect("it can be read")
}

pub async fn a_new_journal_is_empty(place: &impl Place) {
    let journal = place.handle();
    assert_eq!(journal.open().await, Ok(Opened::default()));
    assert_eq!(journal.end().await, Ok(START));
    assert_eq!(whole(&journal).await, []);
}

pub async fn what_was_appended_is_read_after_reopening(place: &impl Place) {
    let journal = place.handle();
    assert_eq!(appended(&journal, START, &entries(1, 3)).await, Position(3));
    assert_eq!(appended(&journal, Position(3), &entries(4, 2)).await, Position(5));
    assert_eq!(whole(&journal).await, entries(1, 5));
    drop(journal);
    let journal = place.handle();
    assert_eq!(journal.open().await.map(|opened| opened.end), Ok(Position(5)));
    assert_eq!(whole(&journal).await, entries(1, 5));
}

pub async fn who_was_first_is_told_to_the_second_and_nothing_is_written(place: &impl Place) {
    let (first, second) = (place.handle(), place.handle());
    appended(&first, START, &entries(1, 3)).await;
    let moved = JournalError::Moved { expected: START, end: Position(3) };
    assert_eq!(second.append(START, &entries(100, 2), Some(&identity(2))).await, Err(moved));
    let ahead = JournalError::Moved { expected: Position(9), end: Position(3) };
    assert_eq!(second.append(Position(9), &entries(100, 600), None).await, Err(ahead));
    assert_eq!(whole(&first).await, entries(1, 3));
    assert_eq!(second.open().await.map(|opened| opened.identity), Ok(None));
    assert_eq!(appended(&second, Position(3), &entries(4, 1)).await, Position(4));
}

pub async fn any_range_can_be_read(place: &impl Place) {
    let journal = place.handle();
    // A segment, then a tail of three records.
    let all = entries(1, 530);
    let mut end = START;
    for cut in [0..500, 500..515, 515..520, 520..530] {
        end = appended(&journal, end, &all[cut]).await;
    }
    let cuts = [0, 1, 499, 500, 511, 512, 513, 514, 515, 516, 529, 530, 531, 2000];
    for from in cuts {
        for to in cuts {
            let read = journal.read(Position(from as u64), Position(to as u64)).await.expect("it can be read");
            let (from, to) = (from.min(530), to.min(530));
            assert_eq!(read, all[from..to.max(from)], "{from} to {to}");
        }
    }
}

pub async fn decisions_of_all_sizes_come_back_in_order(place: &impl Place) {
    let journal = place.handle();
    let all = entries(1, 6000);
    let (mut end, mut at) = (START, 0);
    for size in [1, 510, 1, 1, 511, 512, 513, 0, 1024, 1, 1023, 1, 700, 2] {
        end = appended(&journal, end, &all[at..at + size]).await;
        at += size;
        assert_eq!(end, Position(at as u64));
    }
    assert_eq!(whole(&place.handle()).await, all[..at]);
}

pub async fn a_decision_larger_than_many_segments_is_kept_whole(place: &impl Place) {
    let journal = place.handle();
    let all = entries(1, 10 * SEGMENT as u32 + 77);
    appended(&journal, START, &all[..20]).await;
    let end = appended(&journal, Position(20), &all[20..]).await;
    assert_eq!(end, Position(all.len() as u64));
    assert_eq!(whole(&place.handle()).await, all);
}

pub async fn an_empty_decision_changes_nothing(place: &impl Place) {
    let journal = place.handle();
    assert_eq!(appended(&journal, START, &[]).await, START);
    appended(&journal, START, &entries(1, 2)).await;
    assert_eq!(appended(&journal, Position(2), &[]).await, Position(2));
    assert_eq!(whole(&journal).await, entries(1, 2));
}

pub async fn who_the_device_is_stays(place: &impl Place) {
    let journal = place.handle();
    journal.append(START, &entries(1, 1), Some(&identity(9))).await.expect("it is appended");
    appended(&journal, Position(1), &entries(2, 1)).await;
    assert_eq!(place.handle().open().await.map(|opened| opened.identity), Ok(Some(identity(9))));
}

pub async fn the_snapshot_that_goes_furthest_stays(place: &impl Place) {
    let journal = place.handle();
    appended(&journal, START, &entries(1, 20)).await;
    let snapshot = |fill: u8, length: usize| vec![fill; length];
    let kept = async || place.handle().open().await.expect("it opens").snapshot;
    journal.save_snapshot(Position(10), &snapshot(1, 3_000_000)).await.expect("it is kept");
    assert!(kept().await == Some((Position(10), snapshot(1, 3_000_000))));
    journal.save_snapshot(Position(5), &snapshot(2, 10)).await.expect("it is passed over");
    assert!(kept().await == Some((Position(10), snapshot(1, 3_000_000))), "an older one does not replace it");
    journal.save_snapshot(Position(20), &snapshot(3, 10)).await.expect("it is kept");
    assert!(kept().await == Some((Position(20), snapshot(3, 10))), "nothing is left of the longer one before");
    journal.save_snapshot(Position(20), &[]).await.expect("it is kept");
    assert!(kept().await == Some((Position(20), Vec::new())));
}

pub async fn the_turn_comes_again_when_it_was_given_back(place: &impl Place) {
    let (first, second) = (place.handle(), place.handle());
    for _ in 0..3 {
        drop(first.turn().await.expect("it comes"));
        drop(second.turn().await.expect("it comes"));
    }
}

// Desks: real commands over the journal.

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn zone() -> ZoneName {
    ZoneName::parse("Etc/UTC").expect("a zone")
}

pub fn zones() -> ZoneBook {
    let mut zones = ZoneBook::default();
    zones.insert(ZoneRules::fixed(zone(), Offset(0)));
    zones
}

/// 2026-06-01T08:00Z.
pub const NOW: Instant = Instant::from_ms(1_780_300_800_000);

pub async fn found<J: Journal>(desk: &Desk<J>) -> LocationId {
    let location =
        LocationDetails { name: name("Harbour"), address: None, zone: zone(), hours: None, directions: None };
    let digits = CodeDigits::default();
    let command = Command::Found { name: name("Latch & Co"), digits, device: name("Desk"), location };
    let decision = desk.found(identity(3), &command, NOW, &zones()).await.expect("an organization is founded");
    decision.made(|fact| matches!(fact, FactBody::LocationAdded { .. })).map(LocationId).expect("a location")
}

pub async fn add_key<J: Journal>(desk: &Desk<J>, home: LocationId, called: &str) -> KeyId {
    let (check_in, check_out) = (TimeOfDay::new(15, 0).expect("a time"), TimeOfDay::new(11, 0).expect("a time"));
    let key = Command::AddKey(KeyDetails { name: name(called), home, check_in, check_out, class: None });
    let decision = desk.submit(&key, NOW, &zones()).await.expect("a key is added");
    decision.made(|fact| matches!(fact, FactBody::KeyAdded { .. })).map(KeyId).expect("a key")
}

pub fn booking(key: KeyId, visitor: &str, day: u32) -> NewBooking {
    let at = |hour: u32| WallTime::parse(&format!("2026-07-{day:02}T{hour:02}:00")).expect("a time");
    let visitor = VisitorDetails {
        name: name(visitor),
        email: None,
        mobile: None,
        language: Language::from_tag("en").expect("a language"),
    };
    NewBooking {
        key,
        visitor: BookingVisitor::Described(visitor),
        right: RequestedRight::OneTime { start: at(9), end: at(17) },
        notes: None,
        reminder: false,
        overlap: Overlap::Refuse,
        source: None,
        alias: None,
        notify: Notify::Nobody,
    }
}

/// Every fact of the journal has its own name, the desks agree with it and with one another, and it holds so many bookings.
async fn agree<P: Place>(place: &P, desks: &[&Desk<P::Journal>], bookings: usize) {
    let entries = whole(&place.handle()).await;
    let facts: Vec<FactId> =
        entries.iter().filter_map(|e| if let Entry::Fact(fact) = e { Some(fact.id) } else { None }).collect();
    assert_eq!(facts.iter().collect::<BTreeSet<_>>().len(), facts.len(), "each fact is kept once");
    let fresh = Desk::open(place.handle()).await.expect("it opens");
    assert_eq!(fresh.ledger().booking_count(), bookings, "each decision is kept once");
    let codes: BTreeSet<_> = fresh.ledger().bookings().map(|(_, booking)| booking.code()).collect();
    assert_eq!(codes.len(), bookings, "no code was issued twice");
    for desk in desks {
        desk.catch_up().await.expect("it catches up");
        assert!(*desk.ledger() == *fresh.ledger(), "the ledgers are equal");
        assert_eq!(desk.position(), Position(entries.len() as u64));
    }
}

pub async fn two_desks_that_take_turns_end_with_equal_ledgers(place: &impl Place) {
    let one = Desk::open(place.handle()).await.expect("it opens");
    let two = Desk::open(place.handle()).await.expect("it opens");
    let home = found(&one).await;
    // The second has not looked since: it learns of the organization, and of who it is, by writing.
    let key = add_key(&two, home, "Room 1").await;
    assert_eq!(two.identity(), one.identity());
    for day in 1..=20 {
        let desk = if day % 3 == 0 { &one } else { &two };
        let command = Command::MakeBooking(booking(key, &format!("Visitor {day}"), day));
        desk.submit(&command, NOW, &zones()).await.expect("a booking is made");
    }
    agree(place, &[&one, &two], 20).await;
}

pub async fn three_desks_that_write_at_once_lose_nothing_and_double_nothing(place: &impl Place) {
    let first = Desk::open(place.handle()).await.expect("it opens");
    let home = found(&first).await;
    let mut desks = vec![first];
    for _ in 0..2 {
        desks.push(Desk::open(place.handle()).await.expect("it opens"));
    }
    let work: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = desks
        .iter()
        .enumerate()
        .map(|(number, desk)| {
            Box::pin(async move {
                let key = add_key(desk, home, &format!("Room {number}")).await;
                for day in 1..=8 {
                    let command = Command::MakeBooking(booking(key, &format!("Visitor {number}.{day}"), day));
                    desk.submit(&command, NOW, &zones()).await.expect("a booking is made");
                }
            }) as Pin<Box<dyn Future<Output = ()> + '_>>
        })
        .collect();
    super::all(work).await;
    agree(place, &desks.iter().collect::<Vec<_>>(), 24).await;
}

pub async fn a_desk_starts_from_a_snapshot_and_what_came_after(place: &impl Place) {
    let desk = Desk::open(place.handle()).await.expect("it opens");
    let home = found(&desk).await;
    let key = add_key(&desk, home, "Room 1").await;
    desk.save_snapshot().await.expect("it is kept");
    let command = Command::MakeBooking(booking(key, "Ines", 4));
    desk.submit(&command, NOW, &zones()).await.expect("a booking is made");
    let again = Desk::open(place.handle()).await.expect("it opens");
    assert!(*again.ledger() == *desk.ledger());
    agree(place, &[&desk, &again], 1).await;
}

/// The whole suite: calls a macro that makes a test of each function.
#[macro_export]
macro_rules! journal_contract {
    ($test:ident) => {
        $test!(a_new_journal_is_empty);
        $test!(what_was_appended_is_read_after_reopening);
        $test!(who_was_first_is_told_to_the_second_and_nothing_is_written);
        $test!(any_range_can_be_read);
        $test!(decisions_of_all_sizes_come_back_in_order);
        $test!(a_decision_larger_than_many_segments_is_kept_whole);
        $test!(an_empty_decision_changes_nothing);
        $test!(who_the_device_is_stays);
        $test!(the_snapshot_that_goes_furthest_stays);
        $test!(the_turn_comes_again_when_it_was_given_back);
        $test!(two_desks_that_take_turns_end_with_equal_ledgers);
        $test!(three_desks_that_write_at_once_lose_nothing_and_double_nothing);
        $test!(a_desk_starts_from_a_snapshot_and_what_came_after);
    };
}
