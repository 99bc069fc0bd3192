//! The browser's edge: where the time, randomness and zones come from that the core is handed, and its links to boxes.

pub mod bluetooth;
pub mod clock;
pub mod files;
pub mod page;
pub mod qr;
pub mod random;
pub mod scan;
pub mod serial;
pub mod webcrypto;
mod wire;
pub mod zones;
