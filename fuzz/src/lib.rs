//! What is asked of the SmartBox protocol whatever bytes come: one function a target, which panics where it does not hold.
//!
//! The targets of `fuzz_targets` call them with what libFuzzer makes up, and `tests/fuzz_corpus.rs` with what is kept in
//! `corpus`. They see of the product what anyone sees who depends on it.

mod app_talk;
mod box_state;
mod box_talk;
mod contents;
mod envelope;
mod framing;
mod input;
mod label;
mod message;
mod people;
pub mod seeds;
mod state;

pub use app_talk::app_talk;
pub use box_state::box_state;
pub use box_talk::box_talk;
pub use contents::contents;
pub use envelope::envelope;
pub use framing::{fragments, serial_frames};
pub use label::label;
pub use message::message;

/// A target: it is given bytes, and panics when something does not hold.
pub type Target = fn(&[u8]);

/// Every target, by its name.
pub const TARGETS: [(&str, Target); 9] = [
    ("app_talk", app_talk),
    ("box_state", box_state),
    ("box_talk", box_talk),
    ("contents", contents),
    ("envelope", envelope),
    ("fragments", fragments),
    ("label", label),
    ("message", message),
    ("serial_frames", serial_frames),
];
