//! What stands in the envelopes.

use std::fmt::Debug;

use latchbook::smartbox::protocol::contents::{
    Answer, Batch, Content, EventReport, Offer, Order, Paired, Receipt, Terms, read, write,
};

/// Whatever is read of any kind is read again from what is written of it; and what is written is written in one way alone.
pub fn contents(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 8 {
        0 => again::<Batch>(bytes),
        1 => again::<Receipt>(bytes),
        2 => again::<EventReport>(bytes),
        3 => again::<Order>(bytes),
        4 => again::<Answer>(bytes),
        5 => again::<Offer>(bytes),
        6 => again::<Terms>(bytes),
        _ => again::<Paired>(bytes),
    }
}

fn again<C: Content + PartialEq + Debug>(bytes: &[u8]) {
    if let Ok(content) = read::<C>(bytes) {
        let written = write(&content);
        let again = read::<C>(&written).expect("what was written is read");
        assert_eq!(again, content);
        assert_eq!(write(&again), written);
    }
}
