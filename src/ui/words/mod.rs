//! Words for people. The core answers with types; here they become sentences.

pub mod errors;
pub mod times;
