//! Identities. A fact is named by its author device and that device's counter; a thing is named by the fact that made it.
//!
//! So two devices that are offline never give the same name twice, and no randomness is needed to make one.

use std::fmt;
use std::str::FromStr;

use super::cbor::newtype;
use crate::collections::Number;

/// One device of the organization: a random number, checked to be new when the device is enrolled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub u32);
newtype!(DeviceId(u32));

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device {self}")
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

impl Number for DeviceId {
    fn number(self) -> u64 {
        self.0.into()
    }

    fn from_number(number: u64) -> Self {
        Self(number as u32)
    }
}

/// The name of one fact: author device and that device's counter, from 1 up.
///
/// It sorts by device, then by counter, and travels as one 64-bit number: device in the upper half, counter in the lower.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(u64);
newtype!(FactId(u64));

impl FactId {
    /// The name of a device's `counter`th fact.
    pub const fn new(device: DeviceId, counter: u32) -> Self {
        Self(((device.0 as u64) << 32) | counter as u64)
    }

    /// Who wrote the fact.
    pub const fn device(self) -> DeviceId {
        DeviceId((self.0 >> 32) as u32)
    }

    /// The device's own count, from 1.
    pub const fn counter(self) -> u32 {
        self.0 as u32
    }

    /// The whole name as one number.
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// A name from its number, as [`FactId::to_bits`] gave it.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl Number for FactId {
    fn number(self) -> u64 {
        self.0
    }

    fn from_number(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}:{}", self.device().0, self.counter())
    }
}

/// Crockford's base 32: no letter that reads as a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// As written in an address: 13 characters of Crockford's base 32.
impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..13).rev() {
            let digit = (self.0 >> (place * 5)) as usize & 31;
            write!(f, "{}", char::from(ALPHABET[digit]))?;
        }
        Ok(())
    }
}

/// A text that is no identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no identity: expected 13 letters and digits")]
pub struct BadId(pub String);

impl FromStr for FactId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId(text.to_owned());
        if text.len() != 13 {
            return Err(bad());
        }
        let mut bits: u64 = 0;
        for byte in text.bytes() {
            let digit = ALPHABET.iter().position(|c| *c == byte.to_ascii_uppercase()).ok_or_else(bad)?;
            if bits >> 59 != 0 {
                return Err(bad());
            }
            bits = bits << 5 | digit as u64;
        }
        Ok(Self(bits))
    }
}

macro_rules! thing {
    ($(#[$doc:meta] $name:ident)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub FactId);
        newtype!($name(FactId));

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), " {:?}"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Number for $name {
            fn number(self) -> u64 {
                self.0.to_bits()
            }

            fn from_number(number: u64) -> Self {
                Self(FactId::from_bits(number))
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.parse().map(Self)
            }
        }
    )*};
}

thing! {
    /// A location, named by the fact that added it.
    LocationId
    /// A SmartBox, named by the fact that added it.
    BoxId
    /// A key, named by the fact that added it.
    KeyId
    /// A visitor, named by the fact that added them.
    VisitorId
    /// A booking, named by the fact that made it.
    BookingId
    /// An alias code, named by the fact that issued it.
    AliasId
    /// A message to a visitor, named by the fact that made it.
    MessageId
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cbor;
    use proptest::prelude::*;

    #[test]
    fn an_identity_is_written_in_13_characters() {
        let id = FactId::new(DeviceId(0xC0FF_EE01), 7);
        assert_eq!(id.to_string().len(), 13);
        assert_eq!((id.device(), id.counter()), (DeviceId(0xC0FF_EE01), 7));
    }

    #[test]
    fn the_golden_encoding_is_one_number() {
        let id = FactId::new(DeviceId(1), 2);
        assert_eq!(cbor::to_vec(&id), [0x1b, 0, 0, 0, 1, 0, 0, 0, 2]);
        assert_eq!(id.to_string(), "0000004000002");
    }

    #[test]
    fn what_is_no_identity_is_refused() {
        for text in ["", "000000000000", "00000000000000", "ZZZZZZZZZZZZZ", "000000000000!", "00000000000é"] {
            assert_eq!(text.parse::<FactId>(), Err(BadId(text.to_owned())), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_identity_survives_being_written(bits: u64) {
            let id = FactId::from_bits(bits);
            prop_assert_eq!(id.to_string().parse::<FactId>(), Ok(id));
            prop_assert_eq!(FactId::new(id.device(), id.counter()), id);
        }
    }
}
