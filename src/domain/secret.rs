//! Values that are never printed.

use std::fmt;

use super::cbor::{Cbor, Failed, Reader};

/// A value that must not reach a log, a panic message or a screen by accident.
///
/// `Debug` prints no content and there is no `Display`; [`Secret::expose`] is the one way in, easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Use it where the secret does its work, and nowhere else.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T: Cbor> Cbor for Secret<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        self.0.encode(to);
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        T::decode(from).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_nothing_of_itself() {
        assert_eq!(format!("{:?}", Secret::new("4829137")), "Secret(…)");
    }
}
