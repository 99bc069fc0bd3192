//! Forms for a snapshot's maps.

/// A map as one array of keys and values in turn.
pub mod map {
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decode, Decoder, Encode, Encoder};

    use crate::collections::{Number, Table};

    /// Writes a map.
    ///
    /// # Errors
    /// As the writer.
    pub fn encode<C, K: Number + Encode<C>, V: Encode<C>, W: Write>(
        map: &Table<K, V>,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.array(map.len() as u64 * 2)?;
        for (key, value) in map.iter() {
            key.encode(e, ctx)?;
            value.encode(e, ctx)?;
        }
        Ok(())
    }

    /// Reads a map.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode<'b, C, K: Number + Decode<'b, C>, V: Decode<'b, C>>(
        d: &mut Decoder<'b>,
        ctx: &mut C,
    ) -> Result<Table<K, V>, DecodeError> {
        let mut map = Table::default();
        each(d, ctx, |key, value| {
            map.insert(key, value);
            Ok(())
        })?;
        Ok(map)
    }

    /// Reads a map, each key and its value as it comes.
    ///
    /// # Errors
    /// When the bytes are none, and those of `take`.
    pub fn each<'b, C, K: Decode<'b, C>, V: Decode<'b, C>>(
        d: &mut Decoder<'b>,
        ctx: &mut C,
        mut take: impl FnMut(K, V) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let wrong = || DecodeError::message("expected keys and values in turn");
        let items = d.array()?.filter(|items| items % 2 == 0).ok_or_else(wrong)?;
        for _ in 0..items / 2 {
            take(K::decode(d, ctx)?, V::decode(d, ctx)?)?;
        }
        Ok(())
    }
}

/// A list of pairs as a map.
pub mod pairs {
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decode, Decoder, Encode, Encoder};

    /// Writes a list.
    ///
    /// # Errors
    /// As the writer.
    pub fn encode<C, K: Encode<C>, V: Encode<C>, W: Write>(
        pairs: &[(K, V)],
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.map(pairs.len() as u64)?;
        for (key, value) in pairs {
            key.encode(e, ctx)?;
            value.encode(e, ctx)?;
        }
        Ok(())
    }

    /// Reads a list.
    ///
    /// # Errors
    /// When the bytes are no map.
    pub fn decode<'b, C, K: Decode<'b, C>, V: Decode<'b, C>>(
        d: &mut Decoder<'b>,
        ctx: &mut C,
    ) -> Result<Vec<(K, V)>, DecodeError> {
        let length = d.map()?.ok_or_else(|| DecodeError::message("expected a map of known length"))?;
        (0..length).map(|_| Ok((K::decode(d, ctx)?, V::decode(d, ctx)?))).collect()
    }
}
