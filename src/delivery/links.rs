//! Links that open this device's own mail or SMS program with a message filled in.

use super::message::Rendered;
use crate::domain::{EmailAddress, MobileNumber};

/// A `mailto:` link (RFC 6068): the address, then subject and body with lines that end with CRLF (section 5).
pub fn mailto(to: &EmailAddress, message: &Rendered) -> String {
    let mut link = "mailto:".to_owned();
    write_encoded(&mut link, to.as_str(), "@");
    let mut before = '?';
    if let Some(subject) = &message.subject {
        link.push_str("?subject=");
        write_encoded(&mut link, subject, "");
        before = '&';
    }
    link.push(before);
    link.push_str("body=");
    write_encoded(&mut link, &message.text.replace("\r\n", "\n").replace('\n', "\r\n"), "");
    link
}

/// An `sms:` link (RFC 5724, section 2.2): the number, then the text, with lines that end with LF.
pub fn sms(to: &MobileNumber, message: &Rendered) -> String {
    let mut link = ["sms:", to.as_str(), "?body="].concat();
    write_encoded(&mut link, &message.text, "");
    link
}

/// Percent-encodes (RFC 3986, section 2.1) all but unreserved characters (section 2.3) and those given.
fn write_encoded(to: &mut String, text: &str, but: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        let plain = byte as char;
        if byte.is_ascii_alphanumeric() || "-._~".contains(plain) || but.contains(plain) {
            to.push(plain);
        } else {
            to.extend(['%', HEX[usize::from(byte >> 4)] as char, HEX[usize::from(byte & 15)] as char]);
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(subject: &str, text: &str) -> Rendered {
        Rendered { subject: (!subject.is_empty()).then(|| subject.to_owned()), text: text.to_owned() }
    }

    fn email(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("an address")
    }

    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let [first, after @ ..] = rest {
            (bytes, rest) = match (first, after) {
                (b'%', [high, low, after @ ..]) => {
                    let hex = String::from_utf8(vec![*high, *low]).expect("two digits");
                    ([bytes, vec![u8::from_str_radix(&hex, 16).expect("a byte")]].concat(), after)
                }
                _ => ([bytes, vec![*first]].concat(), after),
            };
        }
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn a_mail_is_filled_in() {
        assert_eq!(
            mailto(&email("ines+keys@example.com"), &message("Key & code", "Olá,\n50% = ½\r\n")),
            "mailto:ines%2Bkeys@example.com?subject=Key%20%26%20code&body=Ol%C3%A1%2C%0D%0A50%25%20%3D%20%C2%BD%0D%0A"
        );
        assert_eq!(mailto(&email("ines@example.com"), &message("", "a")), "mailto:ines@example.com?body=a");
    }

    #[test]
    fn an_sms_is_filled_in() {
        let number = MobileNumber::parse("+351 912 345 678").expect("a number");
        assert_eq!(sms(&number, &message("", "Código\n482 9137")), "sms:+351912345678?body=C%C3%B3digo%0A482%209137");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_plain_and_read_back_as_it_was(subject in "[^\r\n]{1,20}", text in any::<String>()) {
            let link = mailto(&email("ines@example.com"), &message(&subject, &text));
            prop_assert!(link.bytes().all(|b| b.is_ascii_alphanumeric() || b":@?&=%-._~".contains(&b)));
            let (_, fields) = link.split_once("?subject=").expect("a subject");
            let (read_subject, body) = fields.split_once("&body=").expect("a body");
            prop_assert_eq!(decoded(read_subject), subject);
            let lines = |text: &str| text.replace("\r\n", "\n");
            prop_assert_eq!(lines(&decoded(body)), lines(&text));
        }
    }
}
