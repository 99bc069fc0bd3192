//! Latchbook runs key exchange through SmartBoxes with no server.
#![allow(missing_docs)]
pub mod domain;
pub mod journal;
pub mod smartbox;
#[cfg(feature = "app")]
pub mod storage;
