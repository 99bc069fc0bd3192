//! Forms for a snapshot's maps.

/// A map as one array of keys and values in turn.
pub mod map {
    use crate::collections::{Number, Table};
    use crate::domain::cbor::{Cbor, Failed, Reader, write_array};

    /// Writes a map.
    pub fn encode<K: Number + Cbor, V: Cbor>(map: &Table<K, V>, to: &mut Vec<u8>) {
        write_array(to, map.len() as u64 * 2);
        for (key, value) in map.iter() {
            key.encode(to);
            value.encode(to);
        }
    }

    /// Reads a map.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode<K: Number + Cbor, V: Cbor>(from: &mut Reader<'_>) -> Result<Table<K, V>, Failed> {
        let mut map = Table::default();
        each(from, |key, value, _| {
            map.insert(key, value);
            Ok(())
        })?;
        Ok(map)
    }

    /// Reads a map, each key and its value as it comes.
    ///
    /// # Errors
    /// When the bytes are none, and those of `take`.
    pub fn each<K: Cbor, V: Cbor>(
        from: &mut Reader<'_>,
        mut take: impl FnMut(K, V, &mut Reader<'_>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let wrong = "keys and values in turn";
        let items = from.array()?.filter(|items| items % 2 == 0).ok_or_else(|| from.fail(wrong))?;
        for _ in 0..items / 2 {
            let (key, value) = (K::decode(from)?, V::decode(from)?);
            take(key, value, from)?;
        }
        Ok(())
    }
}
