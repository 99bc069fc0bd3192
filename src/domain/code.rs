//! Booking codes (rule 9): unique with no coordination, not to be guessed, and never one slip of the finger apart.
//!
//! How a code is made:
//! 1. The organization's code space, all numbers of `digits - 1` figures, is cut into [`LOTS`] lots. Each lot belongs to one
//!    device, which alone issues from it; a device that enrols another gives some of its own. So two devices that are
//!    offline cannot issue the same code.
//! 2. The device counts through its lots. Its count, as a number of `digits - 1` figures, goes through a permutation keyed
//!    with the organization's [`CodeKey`] (FF1 of NIST SP 800-38G over AES-256): no code tells anything of another.
//! 3. A check digit after Damm follows. Two codes that differ in one digit, or in one swap of neighbours, cannot both
//!    carry the right one.

use std::fmt;

use super::Secret;
use super::cbor::{Cbor, Failed, Reader, newtype, write_text};
use super::ff1::Ff1;

/// Into how many lots an organization's code space is cut.
pub const LOTS: u8 = 100;

/// The digits that a visitor types: 4 to 16 of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookingCode {
    length: u8,
    value: u64,
}

/// Why a text is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too few or too many digits.
    #[error("expected 4 to 16 digits, got {0}")]
    Length(usize),
    /// Something that is no digit.
    #[error("expected digits only, got “{0}”")]
    NotADigit(char),
}

impl BookingCode {
    /// Reads a code as people write it; spaces and hyphens between the digits do not count.
    ///
    /// # Errors
    /// When there is anything but digits, or not 4 to 16 of them.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let (mut length, mut value) = (0usize, 0u64);
        for c in text.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')) {
            let digit = c.to_digit(10).ok_or(CodeError::NotADigit(c))?;
            length += 1;
            value = value.wrapping_mul(10).wrapping_add(digit.into());
        }
        match u8::try_from(length) {
            Ok(length @ 4..=16) => Ok(Self { length, value }),
            _ => Err(CodeError::Length(length)),
        }
    }

    /// The digits, without groups.
    pub fn digits(self) -> String {
        format!("{:0width$}", self.value, width = usize::from(self.length))
    }

    /// The digits in groups, as people read them.
    pub fn grouped(self) -> String {
        group_code(&self.digits())
    }

    /// The code as one number: its digits with a 1 before them, which keeps leading zeros.
    pub const fn to_bits(self) -> u64 {
        10u64.pow(self.length as u32) + self.value
    }

    /// A code from its number, as [`BookingCode::to_bits`] gave it.
    pub const fn from_bits(bits: u64) -> Option<Self> {
        match bits.checked_ilog10() {
            Some(length @ 4..=16) if bits < 2 * 10u64.pow(length) => {
                Some(Self { length: length as u8, value: bits - 10u64.pow(length) })
            }
            _ => None,
        }
    }

    /// How many digits it has.
    pub const fn length(self) -> u8 {
        self.length
    }

    /// Whether the last digit is the right check digit. A code chosen by hand need not have it.
    pub fn checks(self) -> bool {
        damm(self.digits().bytes().map(|b| b - b'0')) == 0
    }

    /// Whether one wrong digit, or one swap of neighbours, makes one code of the other.
    pub fn is_near(self, other: Self) -> bool {
        if self.length != other.length || self.value == other.value {
            return false;
        }
        let (a, b) = (self.digits().into_bytes(), other.digits().into_bytes());
        let differ: Vec<usize> = (0..a.len()).filter(|i| a[*i] != b[*i]).collect();
        match differ[..] {
            [_] => true,
            [i, j] => j == i + 1 && a[i] == b[j] && a[j] == b[i],
            _ => false,
        }
    }

    /// Every code that one slip makes of this one: 9 for each digit, and one for each pair of unlike neighbours.
    pub fn neighbours(self) -> Vec<Self> {
        let digits = self.digits().into_bytes();
        let code = |digits: &[u8]| Self {
            length: self.length,
            value: digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')),
        };
        let mut all = Vec::with_capacity(digits.len() * 10);
        for place in 0..digits.len() {
            for digit in (b'0'..=b'9').filter(|d| *d != digits[place]) {
                let mut other = digits.clone();
                other[place] = digit;
                all.push(code(&other));
            }
            if place > 0 && digits[place - 1] != digits[place] {
                let mut other = digits.clone();
                other.swap(place - 1, place);
                all.push(code(&other));
            }
        }
        all
    }
}

/// The digits in groups, with plain spaces: `482 9137`, `482 913`, `4829 1370`, `482 913 705`.
///
/// Other lengths go in fours, the last group shorter.
pub fn group_code(digits: &str) -> String {
    let widths: &[usize] = match digits.chars().count() {
        6 => &[3, 3],
        7 => &[3, 4],
        9 => &[3, 3, 3],
        _ => &[],
    };
    let mut grouped = String::with_capacity(digits.len() + 4);
    let mut widths = widths.iter().copied().chain(std::iter::repeat(4));
    let mut left = widths.next().unwrap_or(4);
    for digit in digits.chars() {
        if left == 0 {
            grouped.push(' ');
            left = widths.next().unwrap_or(4);
        }
        grouped.push(digit);
        left -= 1;
    }
    grouped
}

/// Why a code that somebody chose is easily guessed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Weakness {
    /// One digit all through: 0000.
    OneDigit,
    /// Digits that follow one another, up or down: 1234, 9876, 7890.
    Run,
    /// A part that comes again and again: 1212, 123123.
    Repeats,
    /// Four digits that are a year of the last hundred or the next few: 1984, 2026.
    Year,
}

impl BookingCode {
    /// Why this code is among the first that anybody would try; nothing when it is not.
    pub fn weakness(self) -> Option<Weakness> {
        let digits = self.digits().into_bytes();
        let steps = |by: u8| digits.windows(2).all(|pair| (pair[0] - b'0' + by) % 10 == pair[1] - b'0');
        let repeats =
            |part: usize| digits.len().is_multiple_of(part) && digits.chunks(part).all(|c| c == &digits[..part]);
        if repeats(1) {
            Some(Weakness::OneDigit)
        } else if steps(1) || steps(9) {
            Some(Weakness::Run)
        } else if (2..=digits.len() / 2).any(repeats) {
            Some(Weakness::Repeats)
        } else if self.length == 4 && matches!(self.value, 1926..=2035) {
            Some(Weakness::Year)
        } else {
            None
        }
    }
}

/// A code is never printed by accident.
impl fmt::Debug for BookingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BookingCode({} digits)", self.length)
    }
}

impl Cbor for BookingCode {
    fn encode(&self, to: &mut Vec<u8>) {
        write_text(to, &self.digits());
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, Failed> {
        Self::parse(from.text()?).map_err(|_| from.fail("a code"))
    }
}

/// How many digits an organization's codes have: 6 to 9, check digit included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CodeDigits(u8);
newtype!(CodeDigits(u8) if |n| Self::new(*n).is_some(), "6 to 9 digits");

impl CodeDigits {
    /// A count of digits, if it is 6 to 9.
    pub const fn new(digits: u8) -> Option<Self> {
        if matches!(digits, 6..=9) { Some(Self(digits)) } else { None }
    }

    /// How many digits.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// How many codes there are of this length.
    pub const fn codes(self) -> u64 {
        10u64.pow(self.0 as u32 - 1)
    }

    /// How many codes one lot holds.
    pub const fn lot_size(self) -> u64 {
        self.codes() / LOTS as u64
    }
}

impl Default for CodeDigits {
    fn default() -> Self {
        Self(7)
    }
}

/// The key of the organization's permutation of codes: 256 random bits, the same on every device that issues codes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeKey(Secret<[u8; 32]>);
newtype!(CodeKey(Secret<[u8; 32]>));

impl CodeKey {
    /// A key from 32 random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes, for storage.
    pub const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// Makes codes of one length under one key.
///
/// Making one takes a key schedule; whoever makes many codes keeps it.
pub struct CodeMaker {
    permutation: Ff1,
    digits: CodeDigits,
}

impl CodeMaker {
    /// A maker for codes of so many digits.
    pub fn new(key: &CodeKey, digits: CodeDigits) -> Self {
        Self { permutation: Ff1::new(key.expose()), digits }
    }

    /// The code of a serial number in the organization's code space. Another serial number gives another code.
    ///
    /// `serial` counts from 0 to [`CodeDigits::codes`] - 1; a larger one wraps.
    pub fn derive(&self, serial: u64) -> BookingCode {
        let space = self.digits.codes();
        let mut value = serial % space;
        // FF1 wants a million values or more; a shorter code walks the cycle until it is back among its own.
        loop {
            value = self.permute(value);
            if value < space {
                break;
            }
        }
        let figures = usize::from(self.digits.get()) - 1;
        let payload = format!("{value:0figures$}");
        let check = damm(payload.bytes().map(|b| b - b'0'));
        BookingCode { length: self.digits.get(), value: value * 10 + u64::from(check) }
    }

    fn permute(&self, value: u64) -> u64 {
        let digits = self.digits.get();
        self.permutation.encrypt(&[digits], (digits - 1).max(6), value)
    }
}

/// The check digit after H. Michael Damm, "Total anti-symmetrische Quasigruppen" (2004): over a code with its check
/// digit the result is 0.
fn damm(digits: impl Iterator<Item = u8>) -> u8 {
    const TABLE: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.fold(0, |interim, digit| TABLE[usize::from(interim)][usize::from(digit % 10)])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::cbor;
    use proptest::prelude::*;

    fn maker(digits: u8) -> CodeMaker {
        CodeMaker::new(&CodeKey::new([7; 32]), CodeDigits::new(digits).expect("6 to 9"))
    }

    #[test]
    fn damm_gives_the_published_check_digit() {
        assert_eq!(damm([5, 7, 2].into_iter()), 4);
        assert_eq!(damm([5, 7, 2, 4].into_iter()), 0);
    }

    #[test]
    fn a_code_survives_being_one_number() {
        for text in ["0000", "4829137", "0000001", "9999999999999999", "0999999999999999"] {
            let code = BookingCode::parse(text).expect("a code");
            assert_eq!(BookingCode::from_bits(code.to_bits()), Some(code));
        }
        for bits in [0, 1, 999, 9_999, 20_000, 99_999, 20_000_000_000_000_000, u64::MAX] {
            assert_eq!(BookingCode::from_bits(bits), None, "{bits}");
        }
    }

    #[test]
    fn the_golden_codes_stay() {
        let codes: Vec<String> = (6..=9).map(|d| maker(d).derive(1).digits()).collect();
        assert_eq!(codes, GOLDEN, "codes that were given out must be made the same way for ever");
        assert_eq!(cbor::to_vec(&maker(7).derive(1))[0], 0x67, "a text of 7 bytes");
    }

    #[test]
    fn codes_of_six_digits_differ_although_they_walk_the_cycle() {
        let maker = maker(6);
        let codes: HashSet<BookingCode> = (0..5_000).map(|serial| maker.derive(serial)).collect();
        assert_eq!(codes.len(), 5_000);
        assert!(codes.iter().all(|code| code.checks() && code.length() == 6));
    }

    #[test]
    fn codes_of_neighbouring_serial_numbers_tell_nothing_of_each_other() {
        // Were the next code derivable by a step, the differences of successive payloads would repeat.
        let maker = maker(7);
        let payload = |serial| maker.derive(serial).value / 10;
        let steps: HashSet<u64> = (0..2000).map(|n| payload(n + 1).wrapping_sub(payload(n)) % 1_000_000).collect();
        assert!(steps.len() > 1950, "{} different steps of 2000", steps.len());
        let other = CodeMaker::new(&CodeKey::new([8; 32]), CodeDigits::default());
        let same = (0..2000).filter(|n| other.derive(*n) == maker.derive(*n)).count();
        assert!(same < 5, "another key makes other codes");
    }

    #[test]
    fn what_is_no_code_says_what_was_got() {
        assert_eq!(BookingCode::parse("12a4"), Err(CodeError::NotADigit('a')));
        assert_eq!(BookingCode::parse("123"), Err(CodeError::Length(3)));
        assert_eq!(BookingCode::parse(&"1".repeat(300)), Err(CodeError::Length(300)));
        assert_eq!(BookingCode::parse(" 482 91-37 ").map(BookingCode::digits), Ok("4829137".to_owned()));
        assert_eq!(format!("{:?}", BookingCode::parse("4829137")), "Ok(BookingCode(7 digits))");
    }

    proptest! {
        #[test]
        fn no_issued_code_is_one_slip_away_from_another(serial in 0u64..1_000_000, digits in 6u8..=9) {
            let code = maker(digits).derive(serial);
            for near in code.neighbours() {
                prop_assert!(!near.checks(), "{} and {}", code.digits(), near.digits());
                prop_assert!(code.is_near(near) && near.is_near(code));
            }
            prop_assert_eq!(code.neighbours().into_iter().collect::<HashSet<_>>().len(), code.neighbours().len());
        }

        #[test]
        fn different_serial_numbers_give_different_codes(a in 0u64..100_000_000, b in 0u64..100_000_000) {
            let maker = maker(9);
            prop_assert_eq!(maker.derive(a) == maker.derive(b), a == b);
        }

        #[test]
        fn near_means_one_wrong_digit_or_one_swap(a in "[0-9]{7}", b in "[0-9]{7}") {
            let code = |text: &str| BookingCode::parse(text).expect("digits");
            let (a, b) = (code(&a), code(&b));
            prop_assert_eq!(a.is_near(b), a.neighbours().contains(&b));
        }

        #[test]
        fn a_code_survives_being_written(text in "[0-9]{4,16}") {
            let code = BookingCode::parse(&text).expect("digits");
            prop_assert_eq!(code.digits(), text);
            let bytes = cbor::to_vec(&code);
            prop_assert_eq!(cbor::from_slice::<BookingCode>(&bytes).expect("decodes"), code);
        }
    }

    const GOLDEN: [&str; 4] = ["253702", "1864228", "25380704", "176678818"];
}
