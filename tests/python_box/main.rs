//! Another SmartBox: `tests/smartbox/python_box`, written in Python from `PROTOCOL.md` alone, with other libraries for COSE and HPKE.
//! The app pairs it, visits it, and believes it; and each reads the other's envelopes.
//!
//! It needs the Python that `cargo xtask test` sets up and names in `LATCHBOOK_PYTHON`; the tests are run there, and ignored by a plain
//! `cargo test`.
#![cfg(not(target_arch = "wasm32"))]

mod alike;
mod desk;
mod envelopes;
#[path = "../common/hands.rs"]
mod hands;
mod program;
mod refused;
mod visits;
