//! CBOR for people to read.

use super::{ARRAY, BYTES, Failed, INDEFINITE, Items, MAP, NEGATIVE, Reader, TAG, TEXT, UNSIGNED};

/// How deep values may lie in one another. What others wrote may lie deeper than a stack is.
const DEEPEST: usize = 32;

/// The first value of some bytes in diagnostic notation (RFC 8949, section 8), each item on a line of its own; the bytes
/// as they are if they hold none.
pub fn diagnostic(bytes: &[u8]) -> String {
    let mut text = String::new();
    if item(&mut Reader::new(bytes), 0, &mut text).is_err() {
        text = byte_string(bytes);
    }
    text
}

fn byte_string(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("h'{hex}'")
}

fn item(from: &mut Reader<'_>, depth: usize, text: &mut String) -> Result<(), Failed> {
    if depth > DEEPEST {
        return Err(from.fail("a flatter value"));
    }
    let first = from.peek()?;
    match (first >> 5, first & 0x1f) {
        (BYTES..=MAP, INDEFINITE) | (ARRAY | MAP, _) => items(from, depth, text)?,
        (UNSIGNED | NEGATIVE, _) => text.push_str(&from.i64()?.to_string()),
        (BYTES, _) => text.push_str(&byte_string(from.bytes()?)),
        (TEXT, _) => quote(from.text()?, text),
        (TAG, _) => {
            text.push_str(&format!("{}(", from.argument(first)?));
            item(from, depth + 1, text)?;
            text.push(')');
        }
        (_, size) => {
            let number = from.argument(first)?;
            text.push_str(&match size {
                20 => "false".to_owned(),
                21 => "true".to_owned(),
                22 => "null".to_owned(),
                23 => "undefined".to_owned(),
                // A float, by its bits: no fact has one, and to write one out takes more than all the rest.
                25.. => format!("float'{number:0width$x}'", width = 2 << (size - 24)),
                _ => format!("simple({number})"),
            });
        }
    }
    Ok(())
}

/// An array, a map, or a string in pieces.
fn items(from: &mut Reader<'_>, depth: usize, text: &mut String) -> Result<(), Failed> {
    let first = from.peek()?;
    let major = first >> 5;
    let (open, close) = match major {
        ARRAY => ('[', ']'),
        MAP => ('{', '}'),
        _ => ('(', ')'),
    };
    text.push(open);
    let mut items = if first & 0x1f == INDEFINITE {
        from.at += 1;
        text.push('_');
        Items { left: None }
    } else {
        Items { left: Some(from.argument(first)?) }
    };
    let line = |depth| format!("\n{}", "  ".repeat(depth));
    let mut some = false;
    while items.more(from)? {
        if some {
            text.push(',');
        }
        some = true;
        text.push_str(&line(depth + 1));
        item(from, depth + 1, text)?;
        if major == MAP {
            text.push_str(": ");
            item(from, depth + 1, text)?;
        }
    }
    if some {
        text.push_str(&line(depth));
    }
    text.push(close);
    Ok(())
}

fn quote(plain: &str, text: &mut String) {
    text.push('"');
    for c in plain.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => text.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// On one line.
    fn told(bytes: &[u8]) -> String {
        diagnostic(bytes).split('\n').map(str::trim_start).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_item_has_a_line_of_its_own() {
        assert_eq!(diagnostic(&[0x82, 0x0e, 0x81, 0x07]), "[\n  14,\n  [\n    7\n  ]\n]");
    }

    #[test]
    fn every_kind_of_value_is_told() {
        // Of RFC 8949, appendix A.
        for (bytes, text) in [
            (&[0x80][..], "[]"),
            (&[0x39, 0x03, 0xe7], "-1000"),
            (&[0x44, 1, 2, 3, 4], "h'01020304'"),
            (&[0x62, 0x22, 0x5c], r#""\"\\""#),
            (&[0x61, 0x0a], r#""\u{a}""#),
            (&[0x62, 0xc3, 0xbc], "\"ü\""),
            (&[0xa2, 1, 2, 3, 4], "{ 1: 2, 3: 4 }"),
            (&[0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0], "1(1363896240)"),
            (&[0x84, 0xf4, 0xf5, 0xf6, 0xf7], "[ false, true, null, undefined ]"),
            (&[0x82, 0xf0, 0xf8, 0xff], "[ simple(16), simple(255) ]"),
            (&[0xf9, 0x3c, 0x00], "float'3c00'"),
            (&[0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a], "float'3ff199999999999a'"),
            (&[0x9f, 0x01, 0x9f, 0xff, 0xff], "[_ 1, [_] ]"),
            (&[0x5f, 0x42, 1, 2, 0x41, 3, 0xff], "(_ h'0102', h'03' )"),
        ] {
            assert_eq!(told(bytes), text);
        }
    }

    #[test]
    fn what_is_no_cbor_is_shown_as_it_is() {
        assert_eq!(diagnostic(&[0x82, 0x01]), "h'8201'");
        assert_eq!(diagnostic(&[]), "h''");
        assert!(diagnostic(&[0x81; 100_000]).starts_with("h'8181"));
    }

    proptest! {
        #[test]
        fn anything_is_told(bytes: Vec<u8>) {
            prop_assert!(!diagnostic(&bytes).is_empty());
        }
    }
}
