//! What `cargo xtask bench` measures of Latchbook, called by `tests/bench/page.js`.
//!
//! The page hands over the name of a database and gets JSON back. The other contenders get their documents from here too,
//! so that all are about the same organization.
#![allow(missing_docs)]

mod plan;

use std::cell::RefCell;
use std::rc::Rc;

use latchbook::domain::cbor;
use latchbook::domain::time::DAY_MS;
use latchbook::domain::{BookingCode, BookingId, EmailAddress, KeyId, Language, Name, VisitorDetails, VisitorId};
use latchbook::journal::command::{BookingVisitor, NewBooking, Notify, Overlap, RequestedRight};
use latchbook::journal::port::Position;
use latchbook::journal::queries::Filter;
use latchbook::journal::search::{Query, SearchIndex};
use latchbook::journal::{Command, Desk, Entry, Fact, Journal as _, Ledger};
use latchbook::storage::IndexedDbJournal;
use plan::{Item, NOW, Plan};
use wasm_bindgen::prelude::*;

thread_local! {
    static PLAN: RefCell<Option<Rc<Plan>>> = const { RefCell::new(None) };
    static DESK: RefCell<Option<Rc<Desk<IndexedDbJournal>>>> = const { RefCell::new(None) };
}

/// How many entries go into one transaction, so that they are not all in memory twice.
const BATCH: usize = 1 << 16;

fn main() {
    console_error_panic_hook::set_once();
}

fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

fn failed(error: impl std::fmt::Display) -> JsValue {
    JsError::new(&error.to_string()).into()
}

/// Makes up the organization. Answers what the lookups ask for.
#[wasm_bindgen]
pub fn prepare(bookings: u32) -> String {
    let plan = Plan::new(bookings as usize);
    let sample = plan.sample();
    PLAN.set(Some(Rc::new(plan)));
    sample
}

/// The organization as documents.
#[wasm_bindgen]
pub fn documents() -> Result<String, JsValue> {
    Ok(plan()?.documents())
}

fn plan() -> Result<Rc<Plan>, JsValue> {
    PLAN.with_borrow(Clone::clone).ok_or_else(|| failed("`prepare` comes first"))
}

fn desk() -> Result<Rc<Desk<IndexedDbJournal>>, JsValue> {
    DESK.with_borrow(Clone::clone).ok_or_else(|| failed("`open` comes first"))
}

/// Writes it all: every fact encoded and linked to the one before it, everything appended, and a snapshot of the ledger.
#[wasm_bindgen]
pub async fn write(database: String) -> Result<String, JsValue> {
    let plan = plan()?;
    let began = now();
    let journal = IndexedDbJournal::new(&database);
    let mut ledger = Ledger::default();
    let (mut end, mut previous) = (Position(0), None);
    let (mut sealing, mut appending, mut folding) = (0.0, 0.0, 0.0);
    for batch in plan.items.chunks(BATCH) {
        let at = now();
        let seal = |item: &Item| match item {
            Item::Fact(id, at, body) => {
                let fact = Fact { id: *id, at: *at, previous, body: cbor::to_vec(body) };
                previous = Some(fact.digest());
                Entry::Fact(fact)
            }
            Item::Beside(particulars) => Entry::Particulars(particulars.clone()),
        };
        let entries: Vec<Entry> = batch.iter().map(seal).collect();
        let sealed = now();
        end = journal.append(end, &entries, (end.0 == 0).then_some(&plan.identity)).await.map_err(failed)?;
        let appended = now();
        for entry in &entries {
            ledger.apply(entry);
        }
        sealing += sealed - at;
        appending += appended - sealed;
        folding += now() - appended;
    }
    let at = now();
    let snapshot = ledger.to_snapshot();
    let encoded = now();
    journal.save_snapshot(end, &snapshot).await.map_err(failed)?;
    let done = now();
    Ok(format!(
        r#"{{"ms":{},"parts":{{"seal":{sealing},"append":{appending},"fold":{folding},"encode":{},"save":{}}},"entries":{},"snapshotBytes":{}}}"#,
        done - began,
        encoded - at,
        done - encoded,
        end.0,
        snapshot.len(),
    ))
}

/// Opens it, up to a list that can be used, and answers every lookup once.
#[wasm_bindgen]
pub async fn open(database: String, id: String, key: String, code: String, name: String) -> Result<String, JsValue> {
    let began = now();
    let desk = Desk::open(IndexedDbJournal::new(&database)).await.map_err(failed)?;
    let opened = now();
    let zones = plan::zones();
    let ledger = desk.ledger();
    let overview = ledger.overview(&zones, NOW);
    let listed = now();
    let id: BookingId = id.parse().map_err(failed)?;
    let key: KeyId = key.parse().map_err(failed)?;
    let code = BookingCode::parse(&code).map_err(failed)?;
    let by_id = ledger.booking(id).and_then(|booking| ledger.visitor(booking.visitor()));
    let by_key = ledger.bookings_of(key).count();
    let by_code = ledger.bookings_with(code).next().map(|(id, _)| id.to_string());
    let looked_up = now();
    let found = search(&ledger, &name);
    let done = now();

    let counts: Vec<usize> = Filter::ALL.into_iter().map(|filter| overview.count(filter)).collect();
    let mut order = 0x811C_9DC5u32;
    for row in &overview.rows {
        for byte in row.id.to_string().bytes() {
            order = (order ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    let result = format!(
        r#"{{"counts":{counts:?},"order":{order},"byId":{:?},"byKey":{by_key},"byCode":{by_code:?},"found":{found}}}"#,
        by_id.map(|details| details.name.as_str()).unwrap_or_default(),
        by_code = by_code.unwrap_or_default(),
    );
    drop(ledger);
    DESK.set(Some(Rc::new(desk)));
    Ok(format!(
        r#"{{"ms":{},"parts":{{"open":{},"list":{},"lookups":{},"search":{}}},"result":{result}}}"#,
        done - began,
        opened - began,
        listed - opened,
        looked_up - listed,
        done - looked_up,
    ))
}

/// How many bookings are of a visitor whose name a query fits.
fn search(ledger: &Ledger, typed: &str) -> usize {
    let Some(query) = Query::parse(typed) else { return 0 };
    // In ascending order, as the visitors are.
    let visitors: Vec<VisitorId> =
        ledger.visitors().filter(|(_, details)| query.fits(details.name.as_str())).map(|(id, _)| id).collect();
    ledger.bookings().filter(|(_, booking)| visitors.binary_search(&booking.visitor()).is_ok()).count()
}

/// What a keystroke in the search costs: the index of everything once, then some queries over all bookings.
#[wasm_bindgen]
pub fn keystrokes() -> Result<String, JsValue> {
    let desk = desk()?;
    let began = now();
    let index = SearchIndex::of(&desk.ledger());
    let built = now() - began;
    let mut took = Vec::new();
    for _ in 0..10 {
        for typed in ["t", "ta", "tav", "tavares", "ines tavares", "447700", "flat 17", "quiet room"] {
            let began = now();
            let found = Query::parse(typed).map(|query| index.search(&query).count());
            took.push(now() - began);
            if found.is_none_or(|found| found == 0) {
                return Err(failed(format!("nothing was found for {typed}")));
            }
        }
    }
    Ok(format!(r#"{{"index":{built},"took":{took:?}}}"#))
}

/// Saves single bookings on top of what [`open`] opened, each through the desk and durable. Answers how long each took.
#[wasm_bindgen]
pub async fn saves(count: u32) -> Result<String, JsValue> {
    let desk = desk()?;
    let keys: Vec<KeyId> = desk.ledger().keys().map(|(id, _)| id).collect();
    let zones = plan::zones();
    // After all that is booked.
    let first = zones.get(&plan::utc()).map(|rules| rules.wall(NOW.plus_ms(400 * DAY_MS)));
    let first = first.ok_or_else(|| failed("the zone is missing"))?;
    let mut took = Vec::new();
    for number in 0..count {
        let details = VisitorDetails {
            name: Name::parse(&format!("Walk-in {number}")).map_err(failed)?,
            email: EmailAddress::parse(&format!("walk.in.{number}@example.com")).ok(),
            mobile: None,
            language: Language::En,
        };
        let booking = NewBooking {
            key: keys[number as usize * 7 % keys.len()],
            visitor: BookingVisitor::Described(details),
            right: RequestedRight::OneTime {
                start: first.plus_minutes(i64::from(number) * 120),
                end: first.plus_minutes(i64::from(number) * 120 + 60),
            },
            notes: None,
            reminder: true,
            overlap: Overlap::Refuse,
            source: None,
            alias: None,
            notify: Notify::Nobody,
        };
        let began = now();
        desk.submit(&Command::MakeBooking(booking), NOW.plus_ms(i64::from(number)), &zones).await.map_err(failed)?;
        took.push(now() - began);
    }
    Ok(format!("{took:?}"))
}

/// The parts of a cold start one by one, each a few times: the first is cold, the last is what the compiled code can do.
#[wasm_bindgen]
pub async fn parts(database: String) -> Result<String, JsValue> {
    let (zones, mut lines) = (plan::zones(), Vec::new());
    for _ in 0..5 {
        let began = now();
        let opened = IndexedDbJournal::new(&database).open().await.map_err(failed)?;
        let read = now();
        let (_, bytes) = opened.snapshot.ok_or_else(|| failed("there is no snapshot"))?;
        let ledger = Ledger::from_snapshot(&bytes).map_err(failed)?;
        let decoded = now();
        let overview = ledger.overview(&zones, NOW);
        let listed = now();
        let snapshot = ledger.to_snapshot();
        let encoded = now();
        drop((overview, snapshot));
        lines.push(format!(
            r#"{{"read":{},"decode":{},"list":{},"encode":{}}}"#,
            read - began,
            decoded - read,
            listed - decoded,
            encoded - listed,
        ));
    }
    Ok(format!("[{}]", lines.join(",")))
}
