//! The journal in IndexedDB.
//!
//! Position `p` stands in the segment that begins at `p / 512 * 512`, once that is full, and in the tail before. So
//! where the tail begins follows from where the journal ends, and needs no record of its own.
//!
//! A transaction of IndexedDB commits as soon as nothing of it is pending. Inside one, therefore, nothing else is awaited.

use std::cell::Cell;
use std::ops::Range;

use indexed_db_futures::KeyRange;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::TransactionDurability;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, JsValue};

use super::connection::{Connection, OpenDatabase, commit};
use super::error::DatabaseError;
use super::locks::{self, Lock};
use super::packed::{Frames, Record, SEGMENT, crc32, crc32_onward, segment_of};
use super::stores::{META, SEGMENTS, SNAPSHOT, TAIL};
use super::tabs::Tabs;
use crate::domain::cbor::{self, record};
use crate::domain::{CodeKey, DeviceId};
use crate::journal::fact::Entry;
use crate::journal::port::{Identity, Journal, JournalError, Opened, Position};

/// The key in `meta` of where the journal ends.
const END: &str = "end";
/// The key in `meta` of who this device is.
const IDENTITY: &str = "identity";
/// How many segments are asked for at a time: about 32 MB, so that reading a long journal doesn't need it twice in memory.
const SEGMENTS_AT_ONCE: u32 = 256;
/// How long a piece of a snapshot is. One value of many megabytes would be copied whole from process to process.
const PIECE: usize = 1 << 22;

/// The journal of one device in the IndexedDB of its browser.
#[derive(Debug)]
pub struct IndexedDbJournal {
    connection: Connection,
    /// The furthest end that was seen. A store that ends before it was emptied behind our back.
    seen: Cell<Position>,
}

/// The turn to write, across the tabs of one browser. Where the browser has no locks it holds nothing, and writers find
/// out from [`Journal::append`] that another was first.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "it is held, and given back when it is dropped")] Option<Lock>);

impl IndexedDbJournal {
    /// The journal in the database of that name. Nothing is opened before it is needed.
    pub fn new(database: &str) -> Self {
        Self::over(Connection::new(database))
    }

    pub(super) fn over(connection: Connection) -> Self {
        Self { connection, seen: Cell::default() }
    }

    /// The line to the other tabs.
    pub fn tabs(&self) -> &Tabs {
        self.connection.tabs()
    }

    /// Takes note of an end that was read.
    fn saw(&self, end: Position) -> Result<(), DatabaseError> {
        let seen = self.seen.get();
        if end < seen {
            let reason = format!("the store ends at {}, but ended at {} before: it was emptied", end.0, seen.0);
            return Err(JournalError::Unavailable(reason).into());
        }
        self.seen.set(end);
        Ok(())
    }

    async fn append_once(
        &self,
        open: &OpenDatabase,
        (end, frames): (Position, &Frames),
        identity: Option<&[u8]>,
    ) -> Result<Position, DatabaseError> {
        let new_end = end.plus(frames.len() as u64);
        let (tail_from, new_tail_from) = (segment_of(end), segment_of(new_end));
        let packs = new_tail_from > tail_from;
        let stores: &[&str] = if packs { &[META, TAIL, SEGMENTS] } else { &[META, TAIL] };

        let transaction = open.writing(stores, TransactionDurability::Strict)?;
        let (meta, tail) = (transaction.object_store(META)?, transaction.object_store(TAIL)?);
        let found = read_end(&meta).await?;
        self.saw(found)?;
        if found != end {
            return Err(JournalError::Moved { expected: end, end: found }.into());
        }
        // Requests go out when they are built. What one of them fails of, the commit answers.
        if packs {
            let mut whole = read_tail(&tail, tail_from, end).await?;
            whole.extend(frames);
            let segments = transaction.object_store(SEGMENTS)?;
            let full = (new_tail_from.0 - tail_from.0) as usize;
            for start in (0..full).step_by(SEGMENT as usize) {
                let first = tail_from.plus(start as u64);
                put(&segments, first, &whole.record(first, start..start + SEGMENT as usize))?;
            }
            tail.clear()?;
            if full < whole.len() {
                put(&tail, new_tail_from, &whole.record(new_tail_from, full..whole.len()))?;
            }
        } else if frames.len() > 0 {
            put(&tail, end, &frames.record(end, 0..frames.len()))?;
        }
        if let Some(identity) = identity {
            meta.put(js_bytes(identity)).with_key(IDENTITY).primitive()?;
        }
        meta.put(new_end.0 as f64).with_key(END).primitive()?;
        commit(transaction).await?;
        Ok(new_end)
    }

    async fn read_once(&self, open: &OpenDatabase, wanted: &Range<Position>) -> Result<Vec<Entry>, DatabaseError> {
        let transaction = open.reading(&[META, SEGMENTS, TAIL])?;
        let (meta, segments) = (transaction.object_store(META)?, transaction.object_store(SEGMENTS)?);
        let tail = transaction.object_store(TAIL)?;
        // All are asked for at once; the answers come in order.
        let end = read_end(&meta);
        let mut asked = ask(&segments, &segment_range(wanted, segment_of(wanted.start)), SEGMENTS_AT_ONCE)?;
        let tail = ask(&tail, &KeyRange::UpperBound(key(wanted.end), true), u32::MAX)?;

        let end = end.await?;
        self.saw(end)?;
        let wanted = wanted.start..wanted.end.min(end);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut reader = Reader::new(&wanted);
        loop {
            let records = asked.await?;
            let last = records.len() < SEGMENTS_AT_ONCE as usize;
            for record in records {
                reader.read(&record?)?;
            }
            if last || reader.next >= wanted.end {
                break;
            }
            asked = ask(&segments, &segment_range(&wanted, reader.next), SEGMENTS_AT_ONCE)?;
        }
        for record in tail.await? {
            reader.read(&record?)?;
        }
        reader.done()
    }
}

impl Journal for IndexedDbJournal {
    type Turn = Turn;

    async fn open(&self) -> Result<Opened, JournalError> {
        self.connection
            .with(async |open| {
                let transaction = open.reading(&[META, SNAPSHOT])?;
                let (meta, snapshot) = (transaction.object_store(META)?, transaction.object_store(SNAPSHOT)?);
                let end = read_end(&meta);
                let identity = meta.get::<JsValue, _, _>(IDENTITY).primitive()?;
                let pieces = snapshot.get_all::<JsValue>().primitive()?;
                let end = end.await?;
                self.saw(end)?;
                let identity = identity.await?.map(|bytes| read_identity(&bytes)).transpose()?;
                // The snapshot of a store that was cleared only in part would go further than the journal.
                let snapshot = read_snapshot(pieces.await?.collect::<Result<_, _>>()?).filter(|(at, _)| *at <= end);
                Ok(Opened { identity, snapshot, end })
            })
            .await
    }

    async fn turn(&self) -> Result<Turn, JournalError> {
        Ok(Turn(locks::lock(&format!("{}-writer", self.connection.name())).await?))
    }

    async fn append(
        &self,
        end: Position,
        entries: &[Entry],
        identity: Option<&Identity>,
    ) -> Result<Position, JournalError> {
        let frames = Frames::of(entries);
        let identity = identity.map(write_identity);
        let new_end = self
            .connection
            .with(async |open| self.append_once(open, (end, &frames), identity.as_deref()).await)
            .await?;
        self.seen.set(self.seen.get().max(new_end));
        self.tabs().tell(new_end);
        Ok(new_end)
    }

    async fn read(&self, from: Position, to: Position) -> Result<Vec<Entry>, JournalError> {
        if from >= to {
            return Ok(Vec::new());
        }
        self.connection.with(async |open| self.read_once(open, &(from..to)).await).await
    }

    async fn end(&self) -> Result<Position, JournalError> {
        self.connection
            .with(async |open| {
                let transaction = open.reading(&[META])?;
                let end = read_end(&transaction.object_store(META)?).await?;
                self.saw(end)?;
                Ok(end)
            })
            .await
    }

    async fn save_snapshot(&self, at: Position, snapshot: &[u8]) -> Result<(), JournalError> {
        let head = cbor::to_vec(&SnapshotHead { at: at.0, length: snapshot.len() as u64, check: crc32(snapshot) });
        self.connection
            .with(async |open| {
                let transaction = open.writing(&[SNAPSHOT], TransactionDurability::Relaxed)?;
                let store = transaction.object_store(SNAPSHOT)?;
                let newest: Option<JsValue> = store.get(0u32).primitive()?.await?;
                if newest.and_then(|head| read_head(&head)).is_some_and(|newest| newest.at > at.0) {
                    return Ok(());
                }
                store.clear()?;
                store.put(js_bytes(&head)).with_key(0u32).primitive()?;
                for (number, piece) in (1u32..).zip(snapshot.chunks(PIECE)) {
                    store.put(js_bytes(piece)).with_key(number).primitive()?;
                }
                commit(transaction).await
            })
            .await
    }
}

/// Puts records together that follow one another.
struct Reader<'a> {
    wanted: &'a Range<Position>,
    /// Where the next record has to begin.
    next: Position,
    entries: Vec<Entry>,
    /// Each record is copied here from the browser's memory, one after the other.
    copy: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(wanted: &'a Range<Position>) -> Self {
        let count = (wanted.end.0 - wanted.start.0) as usize;
        let next = segment_of(wanted.start);
        Self { wanted, next, entries: Vec::with_capacity(count), copy: Vec::new() }
    }

    fn read(&mut self, record: &JsValue) -> Result<(), DatabaseError> {
        let damaged = |reason: String| DatabaseError::damaged((self.next, reason));
        let bytes = record.dyn_ref::<Uint8Array>().ok_or_else(|| damaged("its record is no bytes".to_owned()))?;
        self.copy.resize(bytes.length() as usize, 0);
        bytes.copy_to(&mut self.copy);
        let record = Record::check(&self.copy).map_err(damaged)?;
        if record.first != self.next {
            return Err(self.missing(record.first));
        }
        self.next = record.end();
        record.decode(self.wanted, &mut self.entries).map_err(DatabaseError::damaged)
    }

    fn missing(&self, found: Position) -> DatabaseError {
        DatabaseError::damaged((self.next, format!("its record is missing, the next one begins at {}", found.0)))
    }

    fn done(self) -> Result<Vec<Entry>, DatabaseError> {
        if self.next < self.wanted.end { Err(self.missing(self.wanted.end)) } else { Ok(self.entries) }
    }
}

/// Who this device is, as it is kept.
struct KeptIdentity {
    device: DeviceId,
    codes: [u8; 32],
}
record!(KeptIdentity { device, codes });

fn write_identity(identity: &Identity) -> Vec<u8> {
    cbor::to_vec(&KeptIdentity { device: identity.device, codes: *identity.codes.expose() })
}

fn read_identity(value: &JsValue) -> Result<Identity, DatabaseError> {
    let kept: KeptIdentity = rust_bytes(value)
        .and_then(|bytes| cbor::from_slice(&bytes).ok())
        .ok_or_else(|| DatabaseError::damaged((Position(0), "who this device is can't be read".to_owned())))?;
    Ok(Identity { device: kept.device, codes: CodeKey::new(kept.codes) })
}

/// What stands before the pieces of a snapshot.
struct SnapshotHead {
    at: u64,
    length: u64,
    /// CRC-32 of the snapshot.
    check: u32,
}
record!(SnapshotHead { at, length, check });

fn read_head(value: &JsValue) -> Option<SnapshotHead> {
    cbor::from_slice(&rust_bytes(value)?).ok()
}

/// Puts a snapshot together. One that is damaged is none: losing one loses nothing but time.
fn read_snapshot(records: Vec<JsValue>) -> Option<(Position, Vec<u8>)> {
    let (head, pieces) = records.split_first()?;
    let head = read_head(head)?;
    let mut snapshot = Vec::with_capacity((head.length as usize).min(pieces.len() * PIECE));
    let mut check = 0;
    for piece in pieces {
        let piece = piece.dyn_ref::<Uint8Array>()?;
        let start = snapshot.len();
        snapshot.resize(start + piece.length() as usize, 0);
        piece.copy_to(&mut snapshot[start..]);
        check = crc32_onward(check, &snapshot[start..]);
    }
    let whole = snapshot.len() as u64 == head.length && check == head.check;
    whole.then_some((Position(head.at), snapshot))
}

/// Asks for where the journal ends. The request goes out at once.
fn read_end(meta: &ObjectStore<'_>) -> impl Future<Output = Result<Position, DatabaseError>> + use<> {
    let asked = meta.get::<f64, _, _>(END).primitive();
    async move { Ok(Position(asked?.await?.unwrap_or_default() as u64)) }
}

/// Reads the tail, which goes from one place to another.
async fn read_tail(tail: &ObjectStore<'_>, from: Position, to: Position) -> Result<Frames, DatabaseError> {
    let mut frames = Frames::default();
    let mut next = from;
    for value in tail.get_all::<JsValue>().primitive()?.await? {
        let damaged = |reason: String| DatabaseError::damaged((next, reason));
        let bytes = rust_bytes(&value?).ok_or_else(|| damaged("its record is no bytes".to_owned()))?;
        let record = Record::check(&bytes).map_err(damaged)?;
        if record.first != next {
            return Err(damaged(format!("its record is missing, the next one begins at {}", record.first.0)));
        }
        frames.extend(&record.unpack().map_err(DatabaseError::damaged)?);
        next = record.end();
    }
    if next != to {
        let reason = format!("the tail ends here, expected it to end at {}", to.0);
        return Err(DatabaseError::damaged((next, reason)));
    }
    Ok(frames)
}

type Asked = indexed_db_futures::future::GetAllPrimitiveRequest<JsValue>;

/// Asks for the records in a range of keys. The request goes out at once.
fn ask(store: &ObjectStore<'_>, range: &KeyRange<f64>, at_most: u32) -> Result<Asked, DatabaseError> {
    Ok(store.get_all::<JsValue>().with_query::<f64, _>(range.clone()).with_limit(at_most).primitive()?)
}

/// The keys of the segments that hold a range, from one of them on.
fn segment_range(wanted: &Range<Position>, from: Position) -> KeyRange<f64> {
    KeyRange::Bound(key(from), false, key(wanted.end), true)
}

/// A position as a key: a number, exact up to 2⁵³.
fn key(at: Position) -> f64 {
    at.0 as f64
}

fn put(store: &ObjectStore<'_>, at: Position, record: &[u8]) -> Result<(), DatabaseError> {
    store.put(js_bytes(record)).with_key(key(at)).primitive()?;
    Ok(())
}

pub(super) fn js_bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

pub(super) fn rust_bytes(value: &JsValue) -> Option<Vec<u8>> {
    Some(value.dyn_ref::<Uint8Array>()?.to_vec())
}
