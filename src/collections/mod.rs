//! Ordered collections that are compiled once, for whatever is in them.
//!
//! The standard library's trees, hash tables and sorts are compiled anew for each type they hold, some kilobytes each
//! time, and the download counts them all. Here what is generic is next to nothing: keys are numbers, one sorted list of
//! numbers keeps the order for all types, and one sort puts places in order, not the things themselves.

mod sort;
mod sorted;
mod table;

pub use sort::{insert_in_order, sort_by};
pub use sorted::Sorted;
pub use table::{Number, Set, Table};
