//! Latchbook runs key exchange through SmartBoxes with no server.
#![allow(missing_docs)]
pub mod domain;
#[cfg(feature = "app")]
pub mod ui;
