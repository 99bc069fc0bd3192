//! SmartBoxes: what app and box say to each other, a box to build real ones against, and the app's side of a visit.
//!
//! `PROTOCOL.md` beside this code holds every message and number. Nothing here does I/O, or asks for the time or randomness:
//!
//! ```text
//!  pairing, visit ── bytes ──▶ link ── bytes ──▶ reference box ──▶ cabinet (grants, keypad, log)
//!        ▲                                            │
//!        └── messages, and contents in envelopes ─────┘
//! ```

pub mod base32;
pub mod cabinet;
pub mod carry;
pub mod envelope;
pub mod errand;
pub mod framing;
pub mod grants;
pub mod handover;
pub mod keypad;
pub mod label;
pub mod link;
pub mod log;
pub mod pairing;
pub mod protocol;
pub mod reading;
pub mod reference_box;
#[cfg(test)]
pub(crate) mod testing;
pub mod visit;

pub use cabinet::{Button, Cabinet, Input, Output, Screen};
pub use carry::{BrokenOff, Doing, Host, Why, carry, pair};
pub use grants::{Grants, digest};
pub use label::{Label, LabelError, LabelSecret};
pub use link::{Answering, Cut, Link, LinkError, LinkPlan, Trouble, VirtualLink};
pub use pairing::{BoxKeys, Offered, Pairing, PairingPlan, PairingStep};
pub use protocol::{
    BinReport, Event, EventRun, Grant, GrantId, GrantState, Held, Hindered, Hindrance, KeyNotice, KeyPlace,
    LoggedEvent, Refusal,
};
pub use reference_box::{Made, Random, ReferenceBox};
pub use visit::{Author, Step, Visit, VisitError, VisitPlan, VisitReport};
