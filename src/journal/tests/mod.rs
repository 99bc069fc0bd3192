//! What holds of the journal as a whole: rules one by one, codes, properties over many devices, golden vectors.

mod aliases;
mod assign;
mod bench;
mod codes;
mod couriers;
mod golden;
mod merging;
mod messages;
mod rules;
mod terms;
mod visits;

pub use bench::*;
