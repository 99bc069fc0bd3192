//! The desk: the one door to the journal. It decides, writes, and only then believes.

use std::cell::{Cell, Ref, RefCell};

use super::command::{Command, Refusal};
use super::decide::{Context, Decision, decide};
use super::fact::Entry;
use super::ledger::Ledger;
use super::port::{Identity, Journal, JournalError, Position};
use crate::domain::{Instant, ZoneBook};

/// After how many entries a new snapshot of the ledger is worth writing.
const SNAPSHOT_EVERY: u64 = 2_000;
/// How often a decision is made again because another writer was first. Each time somebody else got on, so this ends.
const TRIES: usize = 20;

/// Why a command came to nothing. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// The rules of the business refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be kept.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A ledger and the journal behind it.
pub struct Desk<J> {
    journal: J,
    ledger: RefCell<Ledger>,
    position: Cell<Position>,
    snapshot: Cell<Position>,
    identity: RefCell<Option<Identity>>,
}

impl<J: Journal> Desk<J> {
    /// Opens the journal and folds it into a ledger: the newest snapshot, and what came after it. A snapshot that can't
    /// be read is passed over; the facts are the truth.
    ///
    /// # Errors
    /// As [`Journal::open`] and [`Journal::read`].
    pub async fn open(journal: J) -> Result<Self, JournalError> {
        let opened = journal.open().await?;
        let snapshot = opened.snapshot.and_then(|(at, bytes)| Some((at, Ledger::from_snapshot(&bytes).ok()?)));
        let (position, ledger) = snapshot.unwrap_or_default();
        let desk = Self {
            journal,
            ledger: RefCell::new(ledger),
            position: Cell::new(position),
            snapshot: Cell::new(position),
            identity: RefCell::new(opened.identity),
        };
        desk.catch_up().await?;
        Ok(desk)
    }

    /// The ledger as it is now. Not to be held over an `await`.
    pub fn ledger(&self) -> Ref<'_, Ledger> {
        self.ledger.borrow()
    }

    /// Who this device is; nothing before an organization is founded.
    pub fn identity(&self) -> Option<Identity> {
        self.identity.borrow().clone()
    }

    /// Up to where the ledger has read the journal.
    pub fn position(&self) -> Position {
        self.position.get()
    }

    /// Begins an organization on a device that has none yet, as the device that `identity` names.
    ///
    /// # Errors
    /// As [`Desk::submit`].
    pub async fn found(
        &self,
        identity: Identity,
        command: &Command,
        now: Instant,
        zones: &ZoneBook,
    ) -> Result<Decision, DeskError> {
        self.write(command, now, zones, Some(identity)).await
    }

    /// Takes up the journal of an organization on a device that has none yet, as the device that `identity` names.
    ///
    /// # Errors
    /// When there is a journal already, or this one could not be kept; either way nothing was written.
    pub async fn join(&self, identity: Identity, entries: &[Entry]) -> Result<(), DeskError> {
        let _turn = self.journal.turn().await?;
        self.catch_up().await?;
        if self.identity().is_some() || self.position() != Position::default() {
            return Err(Refusal::AlreadyFounded.into());
        }
        let end = self.journal.append(Position::default(), entries, Some(&identity)).await?;
        *self.identity.borrow_mut() = Some(identity);
        self.fold(entries, end);
        Ok(())
    }

    /// Decides a command and writes what was decided. When it answers `Ok`, it is kept, and the ledger knows it.
    ///
    /// # Errors
    /// With a refusal, or when it could not be kept; either way nothing was written.
    pub async fn submit(&self, command: &Command, now: Instant, zones: &ZoneBook) -> Result<Decision, DeskError> {
        self.write(command, now, zones, None).await
    }

    async fn write(
        &self,
        command: &Command,
        now: Instant,
        zones: &ZoneBook,
        fresh: Option<Identity>,
    ) -> Result<Decision, DeskError> {
        let _turn = self.journal.turn().await?;
        let mut last = JournalError::Unavailable("the turn to write never came".to_owned());
        for _ in 0..TRIES {
            self.catch_up().await?;
            let known = self.identity();
            let is_new = known.is_none();
            let identity = known.or_else(|| fresh.clone()).ok_or(Refusal::NotFounded)?;
            let context = Context { device: identity.device, now, zones, codes: &identity.codes };
            let (decision, entries) = {
                let ledger = self.ledger();
                let decision = decide(&ledger, command, &context)?;
                let entries = decision.seal(&ledger);
                (decision, entries)
            };
            if entries.is_empty() {
                return Ok(decision);
            }
            match self.journal.append(self.position(), &entries, is_new.then_some(&identity)).await {
                Ok(end) => {
                    self.identity.borrow_mut().get_or_insert(identity);
                    self.fold(&entries, end);
                    return Ok(decision);
                }
                Err(moved @ JournalError::Moved { .. }) => last = moved,
                Err(other) => return Err(other.into()),
            }
        }
        Err(last.into())
    }

    /// Folds in what others have written since. Answers how many entries came.
    ///
    /// # Errors
    /// As [`Journal::read`].
    pub async fn catch_up(&self) -> Result<usize, JournalError> {
        let from = self.position();
        let end = self.journal.end().await?;
        if end <= from {
            return Ok(0);
        }
        let entries = self.journal.read(from, end).await?;
        self.fold(&entries, from.plus(entries.len() as u64));
        if self.identity.borrow().is_none() {
            let identity = self.journal.open().await?.identity;
            *self.identity.borrow_mut() = identity;
        }
        Ok(entries.len())
    }

    /// Folds entries in, and notes up to where. Folding one twice changes nothing, so that two callers may meet here.
    fn fold(&self, entries: &[Entry], end: Position) {
        let mut ledger = self.ledger.borrow_mut();
        for entry in entries {
            ledger.apply(entry);
        }
        self.position.set(self.position().max(end));
    }

    /// Reads what happened before a place, at most so many entries, oldest first; and the place of the first of them.
    ///
    /// # Errors
    /// As [`Journal::read`].
    pub async fn history(&self, before: Position, at_most: u64) -> Result<(Position, Vec<Entry>), JournalError> {
        let from = Position(before.0.saturating_sub(at_most));
        Ok((from, self.journal.read(from, before).await?))
    }

    /// Whether so much has come since the last snapshot that a new one would make the next start shorter.
    pub fn snapshot_is_due(&self) -> bool {
        self.position().0 >= self.snapshot.get().0 + SNAPSHOT_EVERY
    }

    /// Writes a snapshot of the ledger.
    ///
    /// # Errors
    /// As [`Journal::save_snapshot`].
    pub async fn save_snapshot(&self) -> Result<(), JournalError> {
        let at = self.position();
        let bytes = self.ledger().to_snapshot();
        self.journal.save_snapshot(at, &bytes).await?;
        self.snapshot.set(at);
        Ok(())
    }
}
