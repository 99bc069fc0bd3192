//! Crockford's base 32: digits and capitals without I, L, O and U. What people read aloud, type, and QR codes hold in little room.

/// The digits.
pub const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a digit stands for, in capitals or not; letters that look like a digit are taken for it.
pub fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    ALPHABET.iter().position(|known| char::from(*known) == letter).map(|at| at as u8)
}

/// What people and programs put between the digits for the eye.
pub const fn is_gap(letter: char) -> bool {
    matches!(letter, ' ' | '-' | '\u{a0}' | '–' | '\t' | '\n' | '\r')
}

/// The text of some bytes: five bits a digit, the first ones first; what is missing in the last digit is 0.
pub fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// The bytes of a text; nothing when it is none, or was cut within a byte.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.chars().filter(|letter| !is_gap(*letter)) {
        held = held << 5 | u32::from(value(letter)?);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    (bits < 5 && held == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_text_stays_what_it_is() {
        assert_eq!(text(b"hello"), "D1JPRV3F");
        assert_eq!(text(&[0xff]), "ZW");
        assert_eq!(bytes("d1-jpr v3f").as_deref(), Some(&b"hello"[..]));
        assert_eq!(bytes("ZZ"), None, "bits that are nothing's");
        assert_eq!(bytes("Z"), None, "cut within a byte");
        assert_eq!(bytes("U0"), None, "a letter that is no digit");
    }

    proptest! {
        #[test]
        fn bytes_are_read_as_they_are_written(any: Vec<u8>) {
            prop_assert_eq!(bytes(&text(&any)), Some(any));
        }
    }
}
