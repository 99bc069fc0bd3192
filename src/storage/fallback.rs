//! The way on when the browser refuses to keep anything: in memory, and said plainly.

use super::box_shelf::BoxShelf;
use super::connection::Connection;
use super::indexeddb::{IndexedDbJournal, Turn};
use super::key_store::KeyStore;
use super::tabs::{News, Tabs};
use crate::journal::fact::Entry;
use crate::journal::port::{Identity, Journal, JournalError, MemoryJournal, Opened, Position};

/// Everything of one device that is kept, or would be.
#[derive(Debug)]
pub struct Storage {
    /// The journal, for the desk.
    pub journal: AnyJournal,
    /// The virtual SmartBoxes.
    pub boxes: BoxShelf,
    /// The secret keys of this device.
    pub keys: KeyStore,
    /// The line to the other tabs.
    pub tabs: Tabs,
}

/// A journal in IndexedDB, or one in memory and the reason for it.
#[derive(Debug)]
pub enum AnyJournal {
    /// What it answers to have kept is kept.
    IndexedDb(IndexedDbJournal),
    /// Nothing is kept beyond this page, and the interface says so, and why.
    Memory {
        /// The journal.
        journal: MemoryJournal,
        /// Why nothing is kept.
        reason: JournalError,
    },
}

/// Opens the storage of a database. Where the browser has no store, refuses it, or has no room for one, it is all in
/// memory; [`AnyJournal::refused`] then says why. That is decided here, once: a store that fails later answers with its
/// error, and nothing pretends to be saved.
///
/// `listener` hears all [`News`], from the first: opening itself waits while an older tab is in the way, which is
/// [`News::Blocked`]. It must not wait; what takes time, it starts.
///
/// # Errors
/// [`JournalError::Newer`] and [`JournalError::Damaged`]: there is something, and working beside it in memory would hide it.
pub async fn open(database: &str, listener: impl Fn(News) + 'static) -> Result<Storage, JournalError> {
    let connection = Connection::new(database);
    let tabs = connection.tabs().clone();
    tabs.listen(listener);
    let journal = IndexedDbJournal::over(connection.clone());
    match journal.open().await {
        Ok(_) => {
            let (boxes, keys) = (BoxShelf::over(connection.clone()), KeyStore::over(connection));
            Ok(Storage { journal: AnyJournal::IndexedDb(journal), boxes, keys, tabs })
        }
        Err(reason @ (JournalError::Unavailable(_) | JournalError::Full(_))) => {
            let journal = AnyJournal::Memory { journal: MemoryJournal::default(), reason };
            Ok(Storage { journal, boxes: BoxShelf::in_memory(), keys: KeyStore::in_memory(), tabs })
        }
        Err(other) => Err(other),
    }
}

impl AnyJournal {
    /// Why nothing is kept; nothing when it is.
    pub fn refused(&self) -> Option<&JournalError> {
        match self {
            Self::IndexedDb(_) => None,
            Self::Memory { reason, .. } => Some(reason),
        }
    }
}

impl Journal for AnyJournal {
    type Turn = Option<Turn>;

    async fn open(&self) -> Result<Opened, JournalError> {
        match self {
            Self::IndexedDb(journal) => journal.open().await,
            Self::Memory { journal, .. } => journal.open().await,
        }
    }

    async fn turn(&self) -> Result<Option<Turn>, JournalError> {
        match self {
            Self::IndexedDb(journal) => journal.turn().await.map(Some),
            Self::Memory { .. } => Ok(None),
        }
    }

    async fn append(
        &self,
        end: Position,
        entries: &[Entry],
        identity: Option<&Identity>,
    ) -> Result<Position, JournalError> {
        match self {
            Self::IndexedDb(journal) => journal.append(end, entries, identity).await,
            Self::Memory { journal, .. } => journal.append(end, entries, identity).await,
        }
    }

    async fn read(&self, from: Position, to: Position) -> Result<Vec<Entry>, JournalError> {
        match self {
            Self::IndexedDb(journal) => journal.read(from, to).await,
            Self::Memory { journal, .. } => journal.read(from, to).await,
        }
    }

    async fn end(&self) -> Result<Position, JournalError> {
        match self {
            Self::IndexedDb(journal) => journal.end().await,
            Self::Memory { journal, .. } => journal.end().await,
        }
    }

    async fn save_snapshot(&self, at: Position, snapshot: &[u8]) -> Result<(), JournalError> {
        match self {
            Self::IndexedDb(journal) => journal.save_snapshot(at, snapshot).await,
            Self::Memory { journal, .. } => journal.save_snapshot(at, snapshot).await,
        }
    }
}
