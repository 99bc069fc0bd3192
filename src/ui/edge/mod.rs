//! The browser's edge: where the time, randomness and zones come from that the core is handed.

pub mod clock;
pub mod page;
pub mod random;
pub mod webcrypto;
pub mod zones;
