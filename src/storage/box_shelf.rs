//! Where the virtual SmartBoxes stand: the state of each, as bytes that only the box understands.

use std::cell::RefCell;

use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::TransactionDurability;
use wasm_bindgen::JsValue;

use super::connection::{Connection, commit};
use super::indexeddb::{js_bytes, rust_bytes};
use super::locks::{self, Lock};
use super::stores::BOXES;
use crate::domain::SerialNumber;
use crate::journal::port::JournalError;

/// The states of the virtual SmartBoxes, by serial number.
#[derive(Debug)]
pub struct BoxShelf {
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    IndexedDb(Connection),
    Memory(RefCell<Vec<(SerialNumber, Vec<u8>)>>),
}

impl BoxShelf {
    /// A shelf in the database of that name.
    pub fn new(database: &str) -> Self {
        Self::over(Connection::new(database))
    }

    pub(super) fn over(connection: Connection) -> Self {
        Self { kept: Kept::IndexedDb(connection) }
    }

    /// A shelf in memory, gone with the page.
    pub fn in_memory() -> Self {
        Self { kept: Kept::Memory(RefCell::default()) }
    }

    /// The state of a box; nothing before it was saved once.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`], [`JournalError::Newer`].
    pub async fn load(&self, serial: &SerialNumber) -> Result<Option<Vec<u8>>, JournalError> {
        match &self.kept {
            Kept::Memory(states) => {
                Ok(states.borrow().iter().find(|(other, _)| other == serial).map(|(_, state)| state.clone()))
            }
            Kept::IndexedDb(connection) => {
                connection
                    .with(async |open| {
                        let transaction = open.reading(&[BOXES])?;
                        let store = transaction.object_store(BOXES)?;
                        let state: Option<JsValue> = store.get(serial.as_str()).primitive()?.await?;
                        Ok(state.as_ref().and_then(rust_bytes))
                    })
                    .await
            }
        }
    }

    /// Keeps the state of a box in place of the one before. When it answers `Ok`, it is there after a crash too.
    ///
    /// # Errors
    /// [`JournalError::Full`], [`JournalError::Unavailable`], [`JournalError::Newer`]; the state before stays.
    pub async fn save(&self, serial: &SerialNumber, state: &[u8]) -> Result<(), JournalError> {
        match &self.kept {
            Kept::Memory(states) => {
                let mut states = states.borrow_mut();
                states.retain(|(other, _)| other != serial);
                states.push((serial.clone(), state.to_vec()));
                Ok(())
            }
            Kept::IndexedDb(connection) => {
                connection
                    .with(async |open| {
                        let transaction = open.writing(&[BOXES], TransactionDurability::Strict)?;
                        let store = transaction.object_store(BOXES)?;
                        store.put(js_bytes(state)).with_key(serial.as_str()).primitive()?;
                        commit(transaction).await
                    })
                    .await
            }
        }
    }

    /// Waits until no other tab has a box, and has it until the lock is dropped: load, let the box act, save. Who has it already
    /// would wait for themselves for ever.
    ///
    /// Where the browser has no locks across tabs, there is none.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] when the browser refuses the lock.
    pub async fn lock_box(&self, serial: &SerialNumber) -> Result<Option<Lock>, JournalError> {
        match &self.kept {
            Kept::Memory(_) => Ok(None),
            Kept::IndexedDb(connection) => Ok(locks::lock(&format!("{}-box-{serial}", connection.name())).await?),
        }
    }
}
