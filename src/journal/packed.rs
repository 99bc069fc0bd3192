//! A form for a snapshot's maps that is quick to read.

/// A map as one array of keys and values in turn: read into a list and built as a whole, which takes a fraction of the
/// time of an insertion for each.
pub mod map {
    use std::collections::BTreeMap;

    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decode, Decoder, Encode, Encoder};

    /// Writes a map.
    ///
    /// # Errors
    /// As the writer.
    pub fn encode<C, K: Encode<C>, V: Encode<C>, W: Write>(
        map: &BTreeMap<K, V>,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.array(map.len() as u64 * 2)?;
        for (key, value) in map {
            key.encode(e, ctx)?;
            value.encode(e, ctx)?;
        }
        Ok(())
    }

    /// Reads a map.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode<'b, C, K: Decode<'b, C> + Ord, V: Decode<'b, C>>(
        d: &mut Decoder<'b>,
        ctx: &mut C,
    ) -> Result<BTreeMap<K, V>, DecodeError> {
        let wrong = || DecodeError::message("expected keys and values in turn");
        let items = d.array()?.filter(|items| items % 2 == 0).ok_or_else(wrong)?;
        let left = d.input().len() - d.position();
        // No pair takes less than two bytes, whatever the length says.
        let mut pairs = Vec::with_capacity(left.min(items as usize) / 2);
        for _ in 0..items / 2 {
            pairs.push((K::decode(d, ctx)?, V::decode(d, ctx)?));
        }
        Ok(pairs.into_iter().collect())
    }
}
