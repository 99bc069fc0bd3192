//! SmartBoxes: what app and box say to each other, a box to build real ones against, and the app's side of a visit.
//!
//! `PROTOCOL.md` beside this code holds every message and number. Nothing here does I/O or asks for the time:
//!
//! ```text
//!  visit  ── bytes ──▶ link ── bytes ──▶ reference box
//!    ▲                (framing)             │
//!    └───────── protocol (CBOR) ────────────┘      grants, keypad, log: the parts of the box
//!               envelope: what will sign and seal what crosses the air
//! ```

pub mod envelope;
pub mod framing;
pub mod grants;
pub mod keypad;
pub mod label;
pub mod link;
pub mod log;
pub mod protocol;
pub mod reference_box;
#[cfg(test)]
pub(crate) mod testing;
pub mod visit;

pub use grants::{Grants, digest};
pub use link::{BrokenOff, Cut, Link, LinkError, LinkPlan, Trouble, VirtualLink, Why, carry, carry_watched};
pub use protocol::{
    BinReport, Event, EventRun, Grant, GrantId, GrantState, Held, Hindered, Hindrance, KeyNotice, KeyPlace,
    LoggedEvent, Refusal, Request, Response,
};
pub use reference_box::{Button, Input, Output, ReferenceBox, Screen};
pub use visit::{Step, Visit, VisitError, VisitPlan, VisitReport};
