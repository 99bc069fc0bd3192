//! The journal in IndexedDB, in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "app"))]

mod common;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use common::browser::{Fresh, Instead, prototype, throwing};
use common::journal_contract::{self, Place, SEGMENT, entries};
use gloo_timers::future::TimeoutFuture;
use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::TransactionMode;
use js_sys::{Function, Uint8Array};
use latchbook::domain::{CodeKey, DeviceId, SerialNumber};
use latchbook::journal::Desk;
use latchbook::journal::port::{Identity, Journal, JournalError, Position};
use latchbook::storage::storage_state;
use latchbook::storage::{AnyJournal, BoxShelf, IndexedDbJournal, News, Persistence, open};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

impl Fresh {
    /// The database itself, past the journal.
    async fn raw(&self) -> Database {
        Database::open(self.0.as_str()).await.expect("it opens")
    }

    async fn raw_with_version(&self, version: u32) -> Database {
        Database::open(self.0.as_str()).with_version(version).await.expect("it opens")
    }

    /// Changes a record past the journal; to nothing, it is deleted.
    async fn tamper(&self, store: &str, key: u32, change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>) {
        let database = self.raw().await;
        let transaction =
            database.transaction(store).with_mode(TransactionMode::Readwrite).build().expect("a transaction");
        let records = transaction.object_store(store).expect("the store");
        let record: Option<Uint8Array> = records
            .get::<JsValue, _, _>(key)
            .primitive()
            .expect("asked")
            .await
            .expect("read")
            .map(|value| value.into());
        match change(record.expect("the record is there").to_vec()) {
            Some(bytes) => {
                let value: JsValue = Uint8Array::from(bytes.as_slice()).into();
                records.put(value).with_key(key).without_key_type().primitive().expect("asked").await.expect("written");
            }
            None => records.delete(key).primitive().expect("asked").await.expect("deleted"),
        }
        transaction.commit().await.expect("committed");
        database.close();
    }
}

impl Place for Fresh {
    type Journal = IndexedDbJournal;

    fn handle(&self) -> Self::Journal {
        IndexedDbJournal::new(&self.0)
    }
}

macro_rules! browser_test {
    ($name:ident) => {
        #[wasm_bindgen_test]
        async fn $name() {
            journal_contract::$name(&Fresh::new()).await;
        }
    };
}

journal_contract!(browser_test);

const START: Position = Position(0);
const END: Position = Position(u64::MAX);

/// What a journal says to its tab from now on.
fn news_of(journal: &IndexedDbJournal) -> Rc<RefCell<Vec<News>>> {
    let heard: Rc<RefCell<Vec<News>>> = Rc::default();
    let hears = Rc::clone(&heard);
    journal.tabs().listen(move |news| hears.borrow_mut().push(news));
    heard
}

/// Waits until something holds; two seconds at most.
async fn until(mut holds: impl FnMut() -> bool) -> bool {
    for _ in 0..200 {
        if holds() {
            return true;
        }
        TimeoutFuture::new(10).await;
    }
    false
}

fn flipped(place: usize) -> impl FnOnce(Vec<u8>) -> Option<Vec<u8>> {
    move |mut bytes| {
        bytes[place] ^= 1;
        Some(bytes)
    }
}

// Damage.

#[wasm_bindgen_test]
async fn a_damaged_segment_is_reported_with_its_place() {
    let place = Fresh::new();
    let journal = place.handle();
    journal.append(START, &entries(1, 3 * SEGMENT as u32 + 5), None).await.expect("it is appended");
    place.tamper("segments", 512, flipped(5000)).await;
    let Err(JournalError::Damaged { at, reason }) = journal.read(START, END).await else { panic!("it can be read") };
    assert_eq!(at, Position(512), "{reason}");
    assert!(reason.contains("checksum"), "{reason}");
    // What is whole can still be read.
    assert_eq!(journal.read(START, Position(512)).await.map(|read| read.len()), Ok(512));
    assert_eq!(journal.read(Position(1024), END).await, Ok(entries(1025, 517)));
}

#[wasm_bindgen_test]
async fn a_missing_segment_is_reported_with_its_place() {
    let place = Fresh::new();
    let journal = place.handle();
    journal.append(START, &entries(1, 3 * SEGMENT as u32), None).await.expect("it is appended");
    place.tamper("segments", 512, |_| None).await;
    for (from, at) in [(0, 512), (600, 512)] {
        let read = journal.read(Position(from), END).await;
        assert!(matches!(read, Err(JournalError::Damaged { at: Position(place), .. }) if place == at), "{read:?}");
    }
    place.tamper("segments", 1024, |_| None).await;
    let read = journal.read(Position(1024), END).await;
    assert!(matches!(read, Err(JournalError::Damaged { at: Position(1024), .. })), "{read:?}");
}

#[wasm_bindgen_test]
async fn a_damaged_tail_is_reported_and_is_not_packed_away() {
    let place = Fresh::new();
    let journal = place.handle();
    journal.append(START, &entries(1, 3), None).await.expect("it is appended");
    journal.append(Position(3), &entries(4, 3), None).await.expect("it is appended");
    place.tamper("tail", 3, |bytes| Some(bytes[..bytes.len() - 1].to_vec())).await;
    let damaged = |answer: &JournalError| matches!(answer, JournalError::Damaged { at: Position(3), .. });
    assert!(journal.read(START, END).await.is_err_and(|e| damaged(&e)));
    assert!(journal.append(Position(6), &entries(7, 600), None).await.is_err_and(|e| damaged(&e)));
    assert_eq!(journal.end().await, Ok(Position(6)));
    assert_eq!(journal.read(START, Position(3)).await, Ok(entries(1, 3)));
}

#[wasm_bindgen_test]
async fn a_damaged_snapshot_is_none() {
    let place = Fresh::new();
    let journal = place.handle();
    journal.append(START, &entries(1, 3), None).await.expect("it is appended");
    journal.save_snapshot(Position(3), &[5; 100]).await.expect("it is kept");
    place.tamper("snapshot", 1, flipped(50)).await;
    assert_eq!(place.handle().open().await.map(|opened| (opened.snapshot, opened.end)), Ok((None, Position(3))));
}

// A writer that ends in the middle.

/// Polls a future so many times at most; then it is dropped.
async fn cut_short<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(context).map(Some);
        // Once the last poll is spent, waiting for another wake would be waiting for the write to get on.
        if polled.is_pending() && left == 0 { Poll::Ready(None) } else { polled }
    })
    .await
}

#[wasm_bindgen_test]
async fn a_write_that_is_cut_off_at_any_moment_leaves_all_or_nothing() {
    let identity = Identity { device: DeviceId(4), codes: CodeKey::new([4; 32]) };
    // A small one, and one that packs the tail into segments.
    for count in [3, 1500] {
        let (mut nothing, mut all) = (0, 0);
        for polls in 1.. {
            let place = Fresh::new();
            let journal = place.handle();
            journal.append(START, &entries(1, 300), None).await.expect("it is appended");
            let write = cut_short(journal.append(Position(300), &entries(301, count), Some(&identity)), polls).await;
            let other = place.handle();
            let opened = other.open().await.expect("it opens");
            let read = other.read(START, END).await.expect("it can be read");
            if opened.end == Position(300) {
                nothing += 1;
                assert_eq!((read, opened.identity), (entries(1, 300), None));
                // Whoever comes next goes on from there.
                other.append(Position(300), &entries(301, 1), None).await.expect("it is appended");
            } else {
                all += 1;
                assert_eq!(opened.identity.as_ref(), Some(&identity));
                assert_eq!(read, entries(1, 300 + count));
            }
            if let Some(done) = write {
                assert_eq!(done, Ok(opened.end));
                break;
            }
        }
        console_log!("{count} entries: cut off {nothing} times before, {all} times after the commit");
        assert!(nothing > 0 && all > 0);
    }
}

#[wasm_bindgen_test]
async fn a_transaction_that_is_aborted_half_way_leaves_nothing() {
    let place = Fresh::new();
    let journal = place.handle();
    journal.append(START, &entries(1, 3), None).await.expect("it is appended");
    let database = place.raw().await;
    let transaction =
        database.transaction(["meta", "tail"]).with_mode(TransactionMode::Readwrite).build().expect("a transaction");
    let meta = transaction.object_store("meta").expect("the store");
    meta.put(99.0).with_key("end").without_key_type().primitive().expect("asked").await.expect("done");
    transaction.object_store("tail").expect("the store").clear().expect("asked").await.expect("done");
    transaction.abort().await.expect("aborted");
    assert_eq!(journal.read(START, END).await, Ok(entries(1, 3)));
}

// Versions.

#[wasm_bindgen_test]
async fn a_newer_form_is_refused_and_a_newer_minor_is_not() {
    let place = Fresh::new();
    place.handle().append(START, &entries(1, 3), None).await.expect("it is appended");
    place.raw_with_version(117).await.close();
    assert_eq!(place.handle().read(START, END).await, Ok(entries(1, 3)));
    place.handle().append(Position(3), &entries(4, 1), None).await.expect("it is appended");
    place.raw_with_version(200).await.close();
    let newer = JournalError::Newer { found: 2, known: 1 };
    assert_eq!(place.handle().open().await, Err(newer.clone()));
    assert_eq!(place.handle().append(Position(4), &entries(5, 1), None).await, Err(newer.clone()));
    assert_eq!(open(&place.0, |_| {}).await.map(|_| ()), Err(newer), "nothing is put beside it in memory");
}

#[wasm_bindgen_test]
async fn a_newer_app_gets_the_store_at_once_and_this_one_says_so() {
    let place = Fresh::new();
    let journal = place.handle();
    let heard = news_of(&journal);
    journal.append(START, &entries(1, 3), None).await.expect("it is appended");
    // It opens although the journal is open: the journal lets go.
    let newer = place.raw_with_version(102).await;
    assert_eq!(*heard.borrow(), [News::Superseded]);
    newer.close();
    assert_eq!(journal.end().await, Ok(Position(3)), "it is opened again");
    place.raw_with_version(200).await.close();
    assert_eq!(journal.end().await, Err(JournalError::Newer { found: 2, known: 1 }));
}

#[wasm_bindgen_test]
async fn an_older_app_that_does_not_let_go_is_told_of() {
    let place = Fresh::new();
    let old = Rc::new(RefCell::new(Some(place.raw_with_version(1).await)));
    let journal = place.handle();
    let heard = Rc::new(RefCell::new(Vec::new()));
    journal.tabs().listen({
        let (heard, old) = (Rc::clone(&heard), Rc::clone(&old));
        move |news| {
            heard.borrow_mut().push(news);
            if let Some(old) = old.take() {
                old.close();
            }
        }
    });
    assert_eq!(journal.end().await, Ok(START));
    assert_eq!(*heard.borrow(), [News::Blocked]);
}

#[wasm_bindgen_test]
async fn a_store_that_was_emptied_is_not_taken_for_a_new_one() {
    let place = Fresh::new();
    let journal = place.handle();
    journal.append(START, &entries(1, 3), None).await.expect("it is appended");
    Database::delete_by_name(&place.0).expect("asked").await.expect("deleted");
    assert!(matches!(journal.end().await, Err(JournalError::Unavailable(_))));
    let append = journal.append(Position(3), &entries(4, 1), None).await;
    assert!(matches!(append, Err(JournalError::Unavailable(_))), "{append:?}");
}

// Other tabs.

#[wasm_bindgen_test]
async fn the_turn_is_one_writers_alone() {
    let place = Fresh::new();
    let (one, two) = (place.handle(), place.handle());
    let turn = one.turn().await.expect("it comes");
    let came = Rc::new(Cell::new(false));
    spawn_local({
        let came = Rc::clone(&came);
        async move {
            let _turn = two.turn().await.expect("it comes");
            came.set(true);
        }
    });
    TimeoutFuture::new(100).await;
    assert!(!came.get(), "it waits");
    drop(turn);
    assert!(until(|| came.get()).await, "it comes");
    // Who stops waiting does not keep it.
    let turn = one.turn().await.expect("it comes");
    assert!(cut_short(one.turn(), 1).await.is_none());
    drop(turn);
    one.turn().await.expect("it comes");
}

#[wasm_bindgen_test]
async fn other_tabs_hear_of_what_was_appended() {
    let place = Fresh::new();
    let (one, two) = (place.handle(), place.handle());
    let (heard_by_one, heard_by_two) = (news_of(&one), news_of(&two));
    one.append(START, &entries(1, 3), None).await.expect("it is appended");
    assert!(until(|| !heard_by_two.borrow().is_empty()).await, "it is heard");
    assert_eq!(*heard_by_two.borrow(), [News::Appended(Position(3))]);
    assert!(heard_by_one.borrow().is_empty(), "nobody tells itself");
}

#[wasm_bindgen_test]
async fn a_tab_that_comes_to_the_front_looks_again() {
    let place = Fresh::new();
    let journal = place.handle();
    let heard = news_of(&journal);
    let document = web_sys::window().and_then(|window| window.document()).expect("a document");
    let event = web_sys::Event::new("visibilitychange").expect("an event");
    document.dispatch_event(&event).expect("dispatched");
    assert_eq!(*heard.borrow(), [News::Woken]);
    drop(journal);
    document.dispatch_event(&event).expect("dispatched");
    assert_eq!(heard.borrow().len(), 1, "who is gone is not called");
}

#[wasm_bindgen_test]
async fn what_one_desk_writes_another_shows_when_it_hears_of_it() {
    let place = Fresh::new();
    let one = Desk::open(place.handle()).await.expect("it opens");
    let journal = place.handle();
    let heard = news_of(&journal);
    let two = Desk::open(journal).await.expect("it opens");
    journal_contract::found(&one).await;
    assert!(until(|| !heard.borrow().is_empty()).await);
    two.catch_up().await.expect("it catches up");
    assert!(*two.ledger() == *one.ledger());
}

// Where the browser refuses.

#[wasm_bindgen_test]
async fn without_a_store_it_goes_on_in_memory_and_says_why() {
    let storage = {
        let _missing = Instead::of(js_sys::global(), "indexedDB", &JsValue::UNDEFINED);
        open(&Fresh::new().0, |_| {}).await.expect("it goes on")
    };
    assert!(matches!(storage.journal.refused(), Some(JournalError::Unavailable(_))), "{:?}", storage.journal);
    storage.journal.append(START, &entries(1, 2), None).await.expect("it is appended");
    assert_eq!(storage.journal.read(START, END).await, Ok(entries(1, 2)));
    let serial = SerialNumber::parse("LB-1").expect("a serial number");
    storage.boxes.save(&serial, b"state").await.expect("it is kept");
    assert_eq!(storage.boxes.load(&serial).await, Ok(Some(b"state".to_vec())));
}

#[wasm_bindgen_test]
async fn a_store_that_is_refused_says_why_in_the_browsers_words() {
    let _refused = Instead::of(prototype("IDBFactory"), "open", &throwing("SecurityError"));
    let storage = open(&Fresh::new().0, |_| {}).await.expect("it goes on");
    assert!(matches!(storage.journal.refused(), Some(JournalError::Unavailable(_))), "{:?}", storage.journal);
}

#[wasm_bindgen_test]
async fn a_full_store_is_not_taken_for_a_saved_one() {
    let place = Fresh::new();
    let storage = open(&place.0, |_| {}).await.expect("it opens");
    assert!(storage.journal.refused().is_none() && matches!(storage.journal, AnyJournal::IndexedDb(_)));
    storage.journal.append(START, &entries(1, 2), None).await.expect("it is appended");
    {
        let _full = Instead::of(prototype("IDBObjectStore"), "put", &throwing("QuotaExceededError"));
        let full = storage.journal.append(Position(2), &entries(3, 2), None).await;
        let message = "QuotaExceededError: as the test wants it".to_owned();
        assert_eq!(full, Err(JournalError::Full(message.clone())));
        assert_eq!(storage.journal.save_snapshot(Position(2), b"ledger").await, Err(JournalError::Full(message)));
    }
    assert_eq!(storage.journal.read(START, END).await, Ok(entries(1, 2)));
    storage.journal.append(Position(2), &entries(3, 2), None).await.expect("room was made");
}

#[wasm_bindgen_test]
async fn without_locks_writers_still_do_not_write_over_each_other() {
    let navigator = web_sys::window().expect("a window").navigator();
    let _missing = Instead::of(navigator.into(), "locks", &JsValue::UNDEFINED);
    let place = Fresh::new();
    drop((place.handle().turn().await.expect("it comes"), place.handle().turn().await.expect("it comes")));
    journal_contract::three_desks_that_write_at_once_lose_nothing_and_double_nothing(&place).await;
}

#[wasm_bindgen_test]
async fn a_connection_that_was_closed_is_opened_again_once() {
    let place = Fresh::new();
    let journal = place.handle();
    journal.append(START, &entries(1, 2), None).await.expect("it is appended");
    {
        let refusals = "
            const real = IDBDatabase.prototype.transaction;
            let left = 1;
            return function (...given) {
                if (left-- > 0) throw new DOMException('The database connection is closing.', 'InvalidStateError');
                return real.apply(this, given);
            };";
        let once = Function::new_no_args(refusals).call0(&JsValue::UNDEFINED).expect("a function");
        let _once = Instead::of(prototype("IDBDatabase"), "transaction", &once);
        journal.append(Position(2), &entries(3, 2), None).await.expect("it is appended");
    }
    let _always = Instead::of(prototype("IDBDatabase"), "transaction", &throwing("InvalidStateError"));
    assert!(matches!(journal.end().await, Err(JournalError::Unavailable(_))));
}

// The shelf of the virtual boxes.

#[wasm_bindgen_test]
async fn a_box_stands_where_it_was_left() {
    let place = Fresh::new();
    let serials: Vec<SerialNumber> = ["LB-1", "LB-2"].iter().filter_map(|s| SerialNumber::parse(s)).collect();
    let shelf = BoxShelf::new(&place.0);
    assert_eq!(shelf.load(&serials[0]).await, Ok(None));
    shelf.save(&serials[0], b"open").await.expect("it is kept");
    shelf.save(&serials[0], b"shut").await.expect("it is kept");
    shelf.save(&serials[1], b"").await.expect("it is kept");
    drop(shelf);
    let shelf = BoxShelf::new(&place.0);
    assert_eq!(shelf.load(&serials[0]).await, Ok(Some(b"shut".to_vec())));
    assert_eq!(shelf.load(&serials[1]).await, Ok(Some(Vec::new())));
}

#[wasm_bindgen_test]
async fn two_tabs_at_one_box_lose_no_key_press() {
    let place = Fresh::new();
    let serial = SerialNumber::parse("LB-1").expect("a serial number");
    let press = |key: u8| {
        let (shelf, serial) = (BoxShelf::new(&place.0), serial.clone());
        async move {
            let lock = shelf.lock_box(&serial).await.expect("the lock comes");
            let mut state = shelf.load(&serial).await.expect("read").unwrap_or_default();
            TimeoutFuture::new(5).await;
            state.push(key);
            shelf.save(&serial, &state).await.expect("kept");
            drop(lock);
        }
    };
    common::all((0..8).map(|key| Box::pin(press(key)) as _).collect()).await;
    let mut state = BoxShelf::new(&place.0).load(&serial).await.expect("read").expect("a state");
    state.sort_unstable();
    assert_eq!(state, [0, 1, 2, 3, 4, 5, 6, 7]);
}

// What the browser promises.

#[wasm_bindgen_test]
async fn the_browser_says_what_it_promises_and_what_room_there_is() {
    let before = storage_state::persistence().await;
    let asked = storage_state::persist().await;
    assert_ne!(asked, Persistence::Unsupported);
    assert!(before == asked || asked == Persistence::Granted);
    let usage = storage_state::usage().await.expect("this browser says");
    assert!(usage.quota > usage.used);
}

// Numbers.

#[wasm_bindgen_test]
async fn a_hundred_thousand_entries_are_written_and_read_in_few_steps() {
    let now = || web_sys::window().and_then(|window| window.performance()).expect("a clock").now();
    let place = Fresh::new();
    let all = entries(1, 100_000);
    let bytes: usize = all.iter().map(|entry| latchbook::domain::cbor::to_vec(entry).len()).sum();
    let journal = place.handle();
    journal.end().await.expect("it opens");
    let start = now();
    journal.append(START, &all, None).await.expect("it is appended");
    let written = now();
    let cold = place.handle();
    let opened = cold.open().await.expect("it opens");
    let read = cold.read(START, opened.end).await.expect("it can be read");
    let done = now();
    assert!(read == all);
    console_log!(
        "100,000 entries of {} bytes: append {:.0} ms, cold read {:.0} ms",
        bytes / all.len(),
        written - start,
        done - written
    );
    let mut times = Vec::new();
    for counter in 0..100 {
        let start = now();
        let end = Position(100_000 + counter);
        journal.append(end, &entries(200_000 + counter as u32, 1), None).await.expect("it is appended");
        times.push(now() - start);
    }
    times.sort_by(f64::total_cmp);
    console_log!("one entry appended: median {:.1} ms, 99th of 100 {:.1} ms", times[50], times[98]);
}
