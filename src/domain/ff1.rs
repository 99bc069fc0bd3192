//! FF1 of NIST SP 800-38G (algorithm 7) over AES-256: a permutation of the decimal numbers of one length, by a key.
//!
//! For 6 to 18 digits, where a half fits 4 bytes, so that a round's sum (`y` in the standard) is one number of 64 bits.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};

const ROUNDS: u8 = 10;
const BLOCK: usize = 16;

/// A key's permutations, with its key schedule made.
pub(super) struct Ff1 {
    cipher: Aes256,
}

impl Ff1 {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self { cipher: Aes256::new(key.into()) }
    }

    /// The number, of so many digits, that stands for `value`. Another tweak makes another permutation.
    pub(super) fn encrypt(&self, tweak: &[u8], digits: u8, value: u64) -> u64 {
        debug_assert!((6..=18).contains(&digits) && value < 10u64.pow(digits.into()));
        let (left_digits, right_digits) = (digits / 2, digits - digits / 2);
        let ten_to = |digits: u8| 10u64.pow(digits.into());
        // In how many bytes the right half is written (step 3).
        let width = (ten_to(right_digits) - 1).ilog2() as usize / 8 + 1;
        let (mut a, mut b) = (value / ten_to(right_digits), value % ten_to(right_digits));
        // P and Q, one after the other (steps 5 and 6.i): at Q's end, the round and the right half, which change.
        let mut message = vec![1, 2, 1, 0, 0, 10, ROUNDS, left_digits];
        message.extend(u32::from(digits).to_be_bytes());
        message.extend((tweak.len() as u32).to_be_bytes());
        message.extend(tweak);
        message.resize((message.len() + 1 + width).next_multiple_of(BLOCK), 0);
        let changing = message.len() - 1 - width;
        for round in 0..ROUNDS {
            message[changing] = round;
            message[changing + 1..].copy_from_slice(&b.to_be_bytes()[8 - width..]);
            let y = self.prf(&message);
            let modulus = ten_to(if round % 2 == 0 { left_digits } else { right_digits });
            (a, b) = (b, (a + y % modulus) % modulus);
        }
        a * ten_to(right_digits) + b
    }

    /// The first 8 bytes of the CBC-MAC of whole blocks (algorithm 6), which are all that so few digits take.
    fn prf(&self, message: &[u8]) -> u64 {
        let mut mac = Array::from([0; BLOCK]);
        for block in message.chunks_exact(BLOCK) {
            mac.iter_mut().zip(block).for_each(|(mac, byte)| *mac ^= byte);
            self.cipher.encrypt_block(&mut mac);
        }
        mac[..8].iter().fold(0, |y, byte| y << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use fpe::ff1::{FF1, FlexibleNumeralString};
    use proptest::prelude::*;

    use super::*;

    fn oracle(key: &[u8; 32], tweak: &[u8], digits: u8, value: u64) -> u64 {
        let width = usize::from(digits);
        let numerals: Vec<u16> = format!("{value:0width$}").bytes().map(|b| u16::from(b - b'0')).collect();
        let output =
            FF1::<Aes256>::new(key, 10).expect("radix 10").encrypt(tweak, &FlexibleNumeralString::from(numerals));
        Vec::from(output.expect("digits")).into_iter().fold(0, |value, digit: u16| value * 10 + u64::from(digit))
    }

    #[test]
    fn the_published_samples_hold() {
        // NIST's examples for SP 800-38G, "FF1 samples": 7 and 8, AES-256, radix 10.
        let key = [
            0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C, 0xEF, 0x43,
            0x59, 0xD8, 0xD5, 0x80, 0xAA, 0x4F, 0x7F, 0x03, 0x6D, 0x6F, 0x04, 0xFC, 0x6A, 0x94,
        ];
        assert_eq!(Ff1::new(&key).encrypt(b"", 10, 123_456_789), 6_657_667_009);
        assert_eq!(Ff1::new(&key).encrypt(b"9876543210", 10, 123_456_789), 1_001_623_463);
    }

    proptest! {
        #[test]
        fn another_implementation_agrees(
            key: [u8; 32],
            tweak in prop::collection::vec(any::<u8>(), 0..40),
            digits in 6..=18u8,
            value: u64,
        ) {
            let value = value % 10u64.pow(digits.into());
            prop_assert_eq!(Ff1::new(&key).encrypt(&tweak, digits, value), oracle(&key, &tweak, digits, value));
        }

        #[test]
        fn another_implementation_agrees_on_codes(key: [u8; 32], digits in 6..=9u8, serial in 0..100_000_000u64) {
            let length = (digits - 1).max(6);
            let value = serial % 10u64.pow(length.into());
            prop_assert_eq!(Ff1::new(&key).encrypt(&[digits], length, value), oracle(&key, &[digits], length, value));
        }
    }
}
