//! The port through which the journal is kept, and the implementation that keeps it in memory.

use std::cell::RefCell;
use std::rc::Rc;

use super::fact::Entry;
use crate::domain::{CodeKey, DeviceId};

/// A place in the journal as one device keeps it: how many entries stand before it.
///
/// It is local: two devices with the same facts may have them in another order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Position(pub u64);

impl Position {
    /// The place so many entries further on.
    #[must_use]
    pub const fn plus(self, entries: u64) -> Self {
        Self(self.0 + entries)
    }
}

/// Who this device is, and the secret it shares with the other devices that issue codes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The device.
    pub device: DeviceId,
    /// The key of the organization's codes.
    pub codes: CodeKey,
}

/// What a journal answers when it is opened.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Opened {
    /// Who this device is; nothing before an organization is founded or joined.
    pub identity: Option<Identity>,
    /// The newest snapshot of the ledger, and the place in the journal up to which it goes.
    pub snapshot: Option<(Position, Vec<u8>)>,
    /// The end of the journal.
    pub end: Position,
}

/// What can go wrong with a journal. Whatever it is, nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Somebody else appended first: catch up, and decide again.
    #[error("the journal goes on to {}, expected it to end at {}", .end.0, .expected.0)]
    Moved {
        /// Where the writer thought it ended.
        expected: Position,
        /// Where it does.
        end: Position,
    },
    /// The device has no room left.
    #[error("no room is left on this device ({0})")]
    Full(String),
    /// The store is missing or refuses to work: a private window, a setting, a store that was closed.
    #[error("the store can't be used ({0})")]
    Unavailable(String),
    /// The store was written by a newer version of this app, whose form this one does not know.
    #[error("the store has form {found}, this app knows up to {known}")]
    Newer {
        /// The form found.
        found: u32,
        /// The newest form known.
        known: u32,
    },
    /// What was read is not what was written.
    #[error("entry {} can't be read: {reason}", .at.0)]
    Damaged {
        /// Where.
        at: Position,
        /// What is wrong with it.
        reason: String,
    },
}

/// Keeps the journal of one device.
///
/// Every implementation passes the same suite of tests (`tests/common/journal_contract.rs`).
#[allow(async_fn_in_trait, reason = "futures here stay on the one thread of a browser's page")]
pub trait Journal {
    /// What it is to have the turn to write; it ends when this is dropped.
    type Turn;

    /// Opens the journal, making it when there is none.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`], [`JournalError::Newer`].
    async fn open(&self) -> Result<Opened, JournalError>;

    /// Waits for the turn to write. It spares writers from deciding twice; that nobody writes over another is
    /// [`Journal::append`]'s own care.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`].
    async fn turn(&self) -> Result<Self::Turn, JournalError>;

    /// Appends entries at the end, all of them or none, and with them who this device is, when that is new. When it
    /// answers `Ok`, they are there after a crash too.
    ///
    /// # Errors
    /// [`JournalError::Moved`] when the journal does not end at `end`; [`JournalError::Full`];
    /// [`JournalError::Unavailable`].
    async fn append(
        &self,
        end: Position,
        entries: &[Entry],
        identity: Option<&Identity>,
    ) -> Result<Position, JournalError>;

    /// Reads the entries from one place up to another, or to the end where that comes first.
    ///
    /// # Errors
    /// [`JournalError::Damaged`], [`JournalError::Unavailable`].
    async fn read(&self, from: Position, to: Position) -> Result<Vec<Entry>, JournalError>;

    /// Where the journal ends now.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`].
    async fn end(&self) -> Result<Position, JournalError>;

    /// Keeps a snapshot in place of the one before, unless that goes further. Losing one loses nothing but time.
    ///
    /// # Errors
    /// [`JournalError::Full`], [`JournalError::Unavailable`].
    async fn save_snapshot(&self, at: Position, snapshot: &[u8]) -> Result<(), JournalError>;
}

/// A journal that several hold: the desk, and whoever asks it how it is kept.
impl<J: Journal> Journal for Rc<J> {
    type Turn = J::Turn;

    async fn open(&self) -> Result<Opened, JournalError> {
        (**self).open().await
    }

    async fn turn(&self) -> Result<Self::Turn, JournalError> {
        (**self).turn().await
    }

    async fn append(
        &self,
        end: Position,
        entries: &[Entry],
        identity: Option<&Identity>,
    ) -> Result<Position, JournalError> {
        (**self).append(end, entries, identity).await
    }

    async fn read(&self, from: Position, to: Position) -> Result<Vec<Entry>, JournalError> {
        (**self).read(from, to).await
    }

    async fn end(&self) -> Result<Position, JournalError> {
        (**self).end().await
    }

    async fn save_snapshot(&self, at: Position, snapshot: &[u8]) -> Result<(), JournalError> {
        (**self).save_snapshot(at, snapshot).await
    }
}

/// A journal in memory: for tests, and for a browser that keeps nothing.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    identity: Option<Identity>,
    snapshot: Option<(Position, Vec<u8>)>,
    entries: Vec<Entry>,
}

impl Kept {
    fn end(&self) -> Position {
        Position(self.entries.len() as u64)
    }
}

impl Journal for MemoryJournal {
    type Turn = ();

    async fn open(&self) -> Result<Opened, JournalError> {
        let kept = self.kept.borrow();
        Ok(Opened { identity: kept.identity.clone(), snapshot: kept.snapshot.clone(), end: kept.end() })
    }

    async fn turn(&self) -> Result<(), JournalError> {
        Ok(())
    }

    async fn append(
        &self,
        end: Position,
        entries: &[Entry],
        identity: Option<&Identity>,
    ) -> Result<Position, JournalError> {
        let mut kept = self.kept.borrow_mut();
        if kept.end() != end {
            return Err(JournalError::Moved { expected: end, end: kept.end() });
        }
        kept.entries.extend_from_slice(entries);
        if let Some(identity) = identity {
            kept.identity = Some(identity.clone());
        }
        Ok(kept.end())
    }

    async fn read(&self, from: Position, to: Position) -> Result<Vec<Entry>, JournalError> {
        let kept = self.kept.borrow();
        let end = kept.entries.len();
        let clamp = |p: Position| usize::try_from(p.0).map_or(end, |p| p.min(end));
        let (from, to) = (clamp(from), clamp(to));
        Ok(kept.entries[from..to.max(from)].to_vec())
    }

    async fn end(&self) -> Result<Position, JournalError> {
        Ok(self.kept.borrow().end())
    }

    async fn save_snapshot(&self, at: Position, snapshot: &[u8]) -> Result<(), JournalError> {
        let mut kept = self.kept.borrow_mut();
        if kept.snapshot.as_ref().is_none_or(|(newest, _)| *newest <= at) {
            kept.snapshot = Some((at, snapshot.to_vec()));
        }
        Ok(())
    }
}
