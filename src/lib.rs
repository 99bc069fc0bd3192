//! Latchbook runs key exchange through SmartBoxes with no server.
//!
//! One app, compiled to WebAssembly, holds every key, booking and code in the browser. Dependencies point one way:
//! `ui → storage → journal → domain`, `ui → smartbox → domain`, and `ui → delivery → domain`.
//!
//! - [`collections`]: ordered maps and sets, and a sort, that are compiled once for all types.
//! - [`delivery`]: messages to visitors: their texts in each language, links and webhooks that carry them.
//! - [`domain`]: the things and their rules: bookings, codes, time, visitors, calendars to read.
//! - [`journal`]: facts, commands, `decide`, the ledger, the desk and the port behind it.
//! - [`smartbox`]: what app and box say to each other (`PROTOCOL.md`), and the reference box.
//! - `storage`: the home of the journal and of this device's keys in IndexedDB, and what keeps several tabs right.
//! - `ui`: the app's shell, pages and components, on Leptos; what puts its views into the page is `ui::dom`.
//!
//! All but the last two know nothing of a browser: they build and are tested natively with `--no-default-features`.

// The macro of views names this crate, wherever it is used.
#[cfg(feature = "app")]
extern crate self as latchbook;

pub mod collections;
pub mod delivery;
pub mod domain;
pub mod journal;
pub mod smartbox;
#[cfg(feature = "app")]
pub mod storage;
#[cfg(feature = "app")]
pub mod ui;
