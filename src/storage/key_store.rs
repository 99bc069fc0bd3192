//! Where the secret keys of this device live.
//!
//! A signing key is kept as the browser's own object wherever it has one: stored and used, but never read by any script.
//! What such an object is made of knows the interface's edge (`ui::edge::webcrypto`); here it is a value that IndexedDB can clone. The
//! other secrets are bytes, because code has to compute with them.
//!
//! Keys never leave the device, so they are no facts, and stand in no backup.

use std::cell::RefCell;
use std::fmt;

use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::TransactionDurability;
use wasm_bindgen::JsValue;

use super::connection::{Connection, commit};
use super::indexeddb::{js_bytes, rust_bytes};
use super::stores::KEYS;
use crate::domain::Secret;
use crate::journal::port::JournalError;

/// The places for keys; each holds one or none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The key that this device signs with.
    Device,
    /// The organization's signing key, on a device that may enrol others.
    Organization,
    /// The organization's opening key: 32 bytes.
    Opening,
    /// The seed of the organization's signing key, until its recovery sheet was confirmed as printed: 32 bytes.
    Seed,
    /// What this device asked an organization, and the secret that the answer is sealed to, until it is answered.
    Joining,
    /// All that a technician's device keeps.
    Pouch,
}

impl Slot {
    /// Its key in the store.
    const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Organization => "organization",
            Self::Opening => "opening",
            Self::Seed => "seed",
            Self::Joining => "joining",
            Self::Pouch => "pouch",
        }
    }
}

/// A secret as a value to keep.
pub fn kept_secret(secret: &Secret<[u8; 32]>) -> JsValue {
    js_bytes(secret.expose())
}

/// Bytes as a value to keep.
pub fn kept_bytes(bytes: &[u8]) -> JsValue {
    js_bytes(bytes)
}

/// The bytes of a value that was kept; nothing when it holds none.
pub fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    rust_bytes(value)
}

/// A secret of a value that was kept; nothing when it is none.
pub fn secret_of(value: &JsValue) -> Option<Secret<[u8; 32]>> {
    rust_bytes(value)?.try_into().ok().map(Secret::new)
}

/// The keys of this device.
pub struct KeyStore {
    kept: Kept,
}

enum Kept {
    IndexedDb(Connection),
    Memory(RefCell<Vec<(Slot, JsValue)>>),
}

impl KeyStore {
    /// The keys in the database of that name.
    pub fn new(database: &str) -> Self {
        Self::over(Connection::new(database))
    }

    pub(super) fn over(connection: Connection) -> Self {
        Self { kept: Kept::IndexedDb(connection) }
    }

    /// Keys in memory, gone with the page.
    pub fn in_memory() -> Self {
        Self { kept: Kept::Memory(RefCell::default()) }
    }

    /// What is in a place.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`], [`JournalError::Newer`].
    pub async fn load(&self, slot: Slot) -> Result<Option<JsValue>, JournalError> {
        match &self.kept {
            Kept::Memory(slots) => Ok(found(&slots.borrow(), slot)),
            Kept::IndexedDb(connection) => {
                connection
                    .with(async |open| {
                        let transaction = open.reading(&[KEYS])?;
                        let store = transaction.object_store(KEYS)?;
                        Ok(store.get(slot.name()).primitive()?.await?)
                    })
                    .await
            }
        }
    }

    /// Keeps all of these, unless the place of the first is taken: then nothing changes, whoever took it. Answers whether
    /// they were kept. When it answers `Ok`, that holds after a crash too.
    ///
    /// # Errors
    /// [`JournalError::Full`], [`JournalError::Unavailable`], [`JournalError::Newer`]; nothing changed.
    pub async fn keep_first(&self, values: &[(Slot, JsValue)]) -> Result<bool, JournalError> {
        self.change(values, &[], true).await
    }

    /// Puts some values in place of what was there, and empties other places; all of it or nothing.
    ///
    /// # Errors
    /// As [`keep_first`](Self::keep_first).
    pub async fn replace(&self, values: &[(Slot, JsValue)], empty: &[Slot]) -> Result<(), JournalError> {
        self.change(values, empty, false).await.map(|_| ())
    }

    /// Changes places in one transaction; with `only_first` not if the first of them is taken.
    async fn change(&self, values: &[(Slot, JsValue)], empty: &[Slot], only_first: bool) -> Result<bool, JournalError> {
        let guard = values.first().map(|(slot, _)| *slot).filter(|_| only_first);
        match &self.kept {
            Kept::Memory(slots) => {
                let mut slots = slots.borrow_mut();
                if guard.is_some_and(|slot| found(&slots, slot).is_some()) {
                    return Ok(false);
                }
                slots.retain(|(slot, _)| !empty.contains(slot) && values.iter().all(|(other, _)| other != slot));
                slots.extend_from_slice(values);
                Ok(true)
            }
            Kept::IndexedDb(connection) => {
                connection
                    .with(async |open| {
                        // One that writes comes after those before it, in every tab: what is read here stays so.
                        let transaction = open.writing(&[KEYS], TransactionDurability::Strict)?;
                        let store = transaction.object_store(KEYS)?;
                        if let Some(slot) = guard {
                            let there: Option<JsValue> = store.get(slot.name()).primitive()?.await?;
                            if there.is_some() {
                                return Ok(false);
                            }
                        }
                        for (slot, value) in values {
                            store.put(value.clone()).with_key(slot.name()).primitive()?;
                        }
                        for slot in empty {
                            store.delete(slot.name()).primitive()?;
                        }
                        commit(transaction).await.map(|()| true)
                    })
                    .await
            }
        }
    }
}

fn found(slots: &[(Slot, JsValue)], slot: Slot) -> Option<JsValue> {
    slots.iter().find(|(other, _)| *other == slot).map(|(_, value)| value.clone())
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyStore(…)")
    }
}
