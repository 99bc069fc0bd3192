//! What stands on a box: its serial number, and the secret that it is paired with (`PROTOCOL.md`, "Label").
//!
//! The secret is typed from the label, or read from the QR code beside it. Its text has check characters, so that a slip is said
//! at once and not by a pairing that fails; letters and digits that look alike are taken for each other.

use std::fmt;

use sha2::{Digest, Sha256};

use super::base32::{ALPHABET, is_gap, value};
use crate::domain::cbor::newtype;
use crate::domain::{Secret, SerialNumber};

/// Characters of the text: 26 for 128 bits, 2 to check.
const CHARACTERS: usize = 28;
/// Every text is a multiple of this prime as a number of base 32. It is larger than any difference that one wrong character or
/// two swapped neighbours make, up to a power of 2, so that both are always found.
const CHECK: u32 = 1021;
/// What a QR code on a label begins with.
const QR: &str = "LATCHBOOK:1:";

/// The secret of a label: 128 random bits, given by the maker of the box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabelSecret(Secret<[u8; 16]>);
newtype!(LabelSecret(Secret<[u8; 16]>));

/// Why a text is no secret of a label. None of it is repeated: it may be nearly right.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LabelError {
    /// It has more or fewer characters.
    #[error("expected {CHARACTERS} letters and digits in groups of four, got {0}")]
    Length(usize),
    /// A character that stands in no such text.
    #[error("expected letters and digits, got “{0}”")]
    Character(char),
    /// The check characters do not fit.
    #[error("something is mistyped: compare it with the label, group by group")]
    Mistyped,
    /// It is a QR code of something else.
    #[error("this QR code is not that of a SmartBox")]
    Foreign,
}

impl LabelSecret {
    /// The secret of these bytes, which must be random.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes.
    pub const fn expose(&self) -> &[u8; 16] {
        self.0.expose()
    }

    /// The key that pairing proves with: SHA-256 over `latchbook label 1` and the secret.
    pub fn key(&self) -> [u8; 32] {
        Sha256::new().chain_update(b"latchbook label 1").chain_update(self.expose()).finalize().into()
    }

    /// Reads the text of a label, in capitals or not, with spaces and hyphens or without.
    ///
    /// # Errors
    /// With what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, LabelError> {
        let typed = text.chars().filter(|letter| !is_gap(*letter));
        let values =
            typed.map(|letter| value(letter).ok_or(LabelError::Character(letter))).collect::<Result<Vec<_>, _>>()?;
        if values.len() != CHARACTERS {
            return Err(LabelError::Length(values.len()));
        }
        let rest = values.iter().fold(0, |rest, value| (rest * 32 + u32::from(*value)) % CHECK);
        let number = values[..CHARACTERS - 2].iter().fold(0_u128, |number, value| number << 5 | u128::from(*value));
        // 26 characters hold 130 bits: the first two are nothing.
        if rest != 0 || values[0] > 7 {
            return Err(LabelError::Mistyped);
        }
        Ok(Self::from_bytes(number.to_be_bytes()))
    }

    /// The text of the label: seven groups of four.
    pub fn text(&self) -> Secret<String> {
        let number = u128::from_be_bytes(*self.expose());
        let mut values: Vec<u8> = (0..CHARACTERS - 2).rev().map(|at| (number >> (5 * at) & 31) as u8).collect();
        let rest = values.iter().chain(&[0, 0]).fold(0, |rest, value| (rest * 32 + u32::from(*value)) % CHECK);
        let check = (CHECK - rest) % CHECK;
        values.extend([(check >> 5) as u8, (check & 31) as u8]);
        let groups = values.chunks(4).map(|group| group.iter().map(|value| char::from(ALPHABET[usize::from(*value)])));
        Secret::new(groups.map(|group| group.collect::<String>()).collect::<Vec<_>>().join("-"))
    }
}

/// A whole label, as its QR code has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Which box.
    pub serial: SerialNumber,
    /// What it is paired with.
    pub secret: LabelSecret,
}

impl Label {
    /// Reads the text of a QR code.
    ///
    /// # Errors
    /// With what is wrong with it.
    pub fn from_qr(text: &str) -> Result<Self, LabelError> {
        let rest = text.trim().strip_prefix(QR).ok_or(LabelError::Foreign)?;
        let (serial, secret) = rest.split_once(':').ok_or(LabelError::Foreign)?;
        let serial = SerialNumber::parse(serial).ok_or(LabelError::Foreign)?;
        Ok(Self { serial, secret: LabelSecret::parse(secret)? })
    }

    /// The text of its QR code. Capitals, digits, `:` and `-` alone, which QR codes hold in the least room.
    pub fn qr(&self) -> Secret<String> {
        Secret::new(format!("{QR}{}:{}", self.serial, self.secret.text().expose()))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the label of {}", self.serial)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn label(bytes: [u8; 16]) -> Label {
        Label {
            serial: SerialNumber::parse("LB-2041").expect("a serial number"),
            secret: LabelSecret::from_bytes(bytes),
        }
    }

    #[test]
    fn the_text_stays_what_it_is() {
        let secret = LabelSecret::from_bytes(*b"sixteen bytes ok");
        assert_eq!(secret.text().expose(), "3KD5-W78S-B5DR-G64Y-BMCN-SJ0V-VBS4");
        assert_eq!(label([0; 16]).qr().expose(), "LATCHBOOK:1:LB-2041:0000-0000-0000-0000-0000-0000-0000");
    }

    #[test]
    fn what_is_no_secret_is_refused_with_what_is_wrong() {
        let parse = LabelSecret::parse;
        assert_eq!(parse(""), Err(LabelError::Length(0)));
        assert_eq!(parse("0000-0000"), Err(LabelError::Length(8)));
        assert_eq!(parse("0000-0000-0000-0000-0000-0000-000U"), Err(LabelError::Character('U')));
        assert_eq!(parse("0000-0000-0000-0000-0000-0000-0001"), Err(LabelError::Mistyped));
        // More than 128 bits.
        assert_eq!(parse("Z000-0000-0000-0000-0000-0000-0000").err(), Some(LabelError::Mistyped));
        assert_eq!(Label::from_qr("https://example.com"), Err(LabelError::Foreign));
        assert_eq!(Label::from_qr("LATCHBOOK:1:LB-2041"), Err(LabelError::Foreign));
        assert!(!format!("{:?}", label([7; 16])).contains(label([7; 16]).secret.text().expose().as_str()));
    }

    proptest! {
        #[test]
        fn a_label_is_read_as_it_is_written(bytes: [u8; 16]) {
            let label = label(bytes);
            prop_assert_eq!(Label::from_qr(label.qr().expose()), Ok(label.clone()));
            let text = label.secret.text().expose().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            prop_assert_eq!(LabelSecret::parse(&text), Ok(label.secret));
        }

        #[test]
        fn one_slip_is_always_found(bytes: [u8; 16], at in 0..CHARACTERS, other in 0..32_usize) {
            let text: Vec<char> = label(bytes).secret.text().expose().chars().filter(|letter| *letter != '-').collect();
            let mut wrong = text.clone();
            wrong[at] = char::from(ALPHABET[other]);
            if wrong != text {
                prop_assert_eq!(LabelSecret::parse(&wrong.iter().collect::<String>()), Err(LabelError::Mistyped));
            }
            let mut swapped = text.clone();
            swapped.swap(at, (at + 1) % CHARACTERS);
            if at + 1 < CHARACTERS && swapped != text {
                prop_assert_eq!(LabelSecret::parse(&swapped.iter().collect::<String>()), Err(LabelError::Mistyped));
            }
        }
    }
}
