//! What a Booking URL carries: all that the visitor's own page shows, in the part of the address that no server sees.

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::message::Rendered;
use super::template::{Placeholder, Values};
use super::texts;
use super::times::{Style, written};
use crate::domain::cbor::{self, record};
use crate::domain::{BookingCode, Language, MessageKind, MessagePart, Name, Note, Right, ZoneName};

/// The form that is written first in a fragment. One that reads it otherwise gets another number.
const FORM: u8 = 1;

/// A booking as its visitor sees it. It says who gave the key and where, and nothing of who the visitor is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VisitPass {
    /// The organization's name.
    pub organization: Name,
    /// The key's name.
    pub key: Name,
    /// The name of its home location.
    pub location: Name,
    /// The zone whose clocks the window goes by.
    pub zone: ZoneName,
    /// What it allows.
    pub right: Right,
    /// The code.
    pub code: BookingCode,
    /// The language to say it in.
    pub language: Language,
    /// The location's postal address.
    pub address: Option<Note>,
    /// How to find it.
    pub directions: Option<Note>,
    /// When it is open.
    pub hours: Option<Note>,
}
record!(VisitPass { organization, key, location, zone, right, code, language, address, directions, hours });

/// Why a fragment is no pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PassError {
    /// It was cut or changed on its way.
    #[error("the address is not whole")]
    Damaged,
    /// It was made by a newer app.
    #[error("the address was made by a newer app")]
    Newer,
}

impl VisitPass {
    /// The part of an address after `#`: unpadded base64url (RFC 4648, section 5) of one byte for the form, CBOR, and a
    /// byte that tells when something is missing.
    pub fn to_fragment(&self) -> String {
        let mut bytes = vec![FORM];
        bytes.extend(cbor::to_vec(self));
        bytes.push(check(&bytes));
        Base64UrlUnpadded::encode_string(&bytes)
    }

    /// Reads the part of an address after `#`.
    ///
    /// # Errors
    /// When it is none, or one of a newer form.
    pub fn parse(fragment: &str) -> Result<Self, PassError> {
        let bytes = Base64UrlUnpadded::decode_vec(fragment.trim()).map_err(|_| PassError::Damaged)?;
        match bytes.split_last().ok_or(PassError::Damaged)? {
            (last, rest) if *last != check(rest) => Err(PassError::Damaged),
            (_, [FORM, body @ ..]) => cbor::from_slice(body).map_err(|_| PassError::Damaged),
            (_, [_, ..]) => Err(PassError::Newer),
            (_, []) => Err(PassError::Damaged),
        }
    }

    /// The page's words: the instructions, in the visitor's language.
    pub fn words(&self) -> Rendered {
        let mut values = Values::default();
        let window = self.right.window();
        let time = |at| written(at, self.language, Style::Long);
        let note = |note: &Option<Note>| note.as_ref().map(ToString::to_string);
        for (placeholder, value) in [
            (Placeholder::Organization, Some(self.organization.to_string())),
            (Placeholder::Key, Some(self.key.to_string())),
            (Placeholder::Location, Some(self.location.to_string())),
            (Placeholder::Address, note(&self.address)),
            (Placeholder::Directions, note(&self.directions)),
            (Placeholder::Hours, note(&self.hours)),
            (Placeholder::Start, window.map(|window| time(window.start()))),
            (Placeholder::End, window.map(|window| time(window.end()))),
            (Placeholder::Code, Some(self.code.grouped())),
        ] {
            values.set(placeholder, value);
        }
        let words = |part| texts::template(self.language, MessageKind::Instructions, part).render(&values);
        Rendered { subject: Some(words(MessagePart::Subject)), text: words(MessagePart::Body) }
    }
}

/// Eight bits over all others: a link that was cut in a chat is told from one that is whole.
fn check(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0x5A, |sum: u8, byte| sum.rotate_left(3) ^ byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass() -> VisitPass {
        VisitPass {
            organization: Name::parse("Tagus Rooms").expect("a name"),
            key: Name::parse("Flat 3").expect("a name"),
            location: Name::parse("Alfama").expect("a name"),
            zone: ZoneName::parse("Europe/Lisbon").expect("a zone"),
            right: Right::Ongoing,
            code: BookingCode::parse("4829137").expect("a code"),
            language: Language::Pt,
            address: None,
            directions: Note::parse("Left of the gate").ok(),
            hours: None,
        }
    }

    #[test]
    fn the_golden_fragment_is_read_for_ever() {
        assert_eq!(pass().to_fragment(), GOLDEN);
        assert_eq!(VisitPass::parse(GOLDEN), Ok(pass()));
    }

    const GOLDEN: &str =
        "AYlrVGFndXMgUm9vbXNmRmxhdCAzZkFsZmFtYW1FdXJvcGUvTGlzYm9uggGAZzQ4MjkxMzcG9nBMZWZ0IG9mIHRoZSBnYXRlHw";

    #[test]
    fn an_address_that_was_cut_or_changed_is_told_from_a_whole_one() {
        let whole = pass().to_fragment();
        for end in 0..whole.len() {
            assert!(VisitPass::parse(&whole[..end]).is_err(), "{end}");
        }
        assert_eq!(VisitPass::parse("?utm_source=mail"), Err(PassError::Damaged));
        let mut newer = vec![2, 0x80];
        newer.push(check(&newer));
        assert_eq!(VisitPass::parse(&Base64UrlUnpadded::encode_string(&newer)), Err(PassError::Newer));
    }

    #[test]
    fn the_page_speaks_the_visitors_language() {
        let words = pass().words();
        assert!(words.text.contains("482 9137") && words.text.contains("Left of the gate"));
        assert!(words.subject.is_some_and(|subject| subject.contains("Flat 3")));
    }
}
