//! Where a browser keeps the journal: IndexedDB, and memory when the browser refuses it.
//!
//! [`open`](fallback::open) is the door for the app. It answers a [`Storage`](fallback::Storage): a journal for the
//! desk, a shelf for the virtual SmartBoxes, the keys of this device, the word from other tabs, and, when nothing will be
//! kept, why.
//!
//! Entries are packed (`packed`): a record for each decision in a small tail, and a segment of 512 entries once the tail
//! holds so many. A record of its own for each entry would cost 60 times as much.

pub mod box_shelf;
mod connection;
mod error;
pub mod fallback;
pub mod indexeddb;
pub mod key_store;
mod locks;
mod migrations;
mod packed;
pub mod storage_state;
pub mod tabs;

pub use box_shelf::BoxShelf;
pub use fallback::{AnyJournal, Storage, open};
pub use indexeddb::{IndexedDbJournal, Turn};
pub use key_store::KeyStore;
pub use locks::{Lock, turn};
pub use migrations::Schema;
pub use packed::SEGMENT;
pub use storage_state::{Persistence, Usage};
pub use tabs::{News, Tabs};

/// What the app calls its database. Tests take names of their own.
pub const DATABASE: &str = "latchbook";

/// The object stores of the newest schema.
mod stores {
    /// Segments of [`SEGMENT`](super::SEGMENT) entries, by the position of the first.
    pub(super) const SEGMENTS: &str = "segments";
    /// What is no full segment yet: one record for each decision, by the position of its first entry.
    pub(super) const TAIL: &str = "tail";
    /// The newest snapshot of the ledger: its head, then its pieces, by number.
    pub(super) const SNAPSHOT: &str = "snapshot";
    /// Where the journal ends, and who this device is.
    pub(super) const META: &str = "meta";
    /// The state of each virtual SmartBox, by serial number.
    pub(super) const BOXES: &str = "boxes";
    /// The secret keys of this device, by what each is for.
    pub(super) const KEYS: &str = "keys";
}
