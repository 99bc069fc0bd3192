//! A form for a snapshot's maps that is quick to read.

/// A map as one array of keys and values in turn: read into a list and built as a whole, which takes a fraction of the
/// time of an insertion for each.
pub mod map {
    use std::collections::BTreeMap;

    use crate::domain::cbor::{Cbor, Failed, Reader, write_array};

    /// Writes a map.
    pub fn encode<K: Cbor, V: Cbor>(map: &BTreeMap<K, V>, to: &mut Vec<u8>) {
        write_array(to, map.len() as u64 * 2);
        for (key, value) in map {
            key.encode(to);
            value.encode(to);
        }
    }

    /// Reads a map.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode<K: Cbor + Ord, V: Cbor>(from: &mut Reader<'_>) -> Result<BTreeMap<K, V>, Failed> {
        let wrong = "keys and values in turn";
        let items = from.array()?.filter(|items| items % 2 == 0).ok_or_else(|| from.fail(wrong))?;
        // No pair takes less than two bytes, whatever the length says.
        let mut pairs = Vec::with_capacity(from.left().min(items as usize) / 2);
        for _ in 0..items / 2 {
            pairs.push((K::decode(from)?, V::decode(from)?));
        }
        Ok(pairs.into_iter().collect())
    }
}
