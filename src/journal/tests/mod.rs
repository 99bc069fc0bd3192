//! What holds of the journal as a whole: rules one by one, codes, properties over many devices, golden vectors.

mod bench;

pub(crate) use bench::*;
