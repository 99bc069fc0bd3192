//! Visitors and how they are reached.

use std::fmt;

use super::cbor::{choices, newtype, record};
use super::{Channel, Name};

/// Why an e-mail address or a mobile number was not taken. What was typed is personal, and stands in its field: it is not
/// said again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// No e-mail address by the rules of RFC 5321.
    #[error("This is no e-mail address: expected one like ines@example.com")]
    Email,
    /// No mobile number in international form.
    #[error("This is no mobile number: expected the country's code first, as in +351 912 345 678")]
    Mobile,
    /// No mobile number, neither in international form nor as one is dialled inside the country assumed.
    #[error("This is no mobile number: expected one like {example}")]
    MobileIn {
        /// A number of that country.
        example: String,
    },
}

/// An e-mail address, checked for form (RFC 5321), as typed but for spaces around.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);
newtype!(EmailAddress(String) if |t| t.len() <= 320 && t.contains('@'), "an e-mail address");

impl EmailAddress {
    /// Takes an address as typed.
    ///
    /// # Errors
    /// When it has not the form of an address with a domain of two labels or more.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let text = text.trim();
        let options =
            email_address::Options::default().without_display_text().without_domain_literal().with_required_tld();
        match email_address::EmailAddress::parse_with_options(text, options) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(ContactError::Email),
        }
    }

    /// What was kept after it was checked, and is not checked again.
    pub(crate) const fn of_kept(text: String) -> Self {
        Self(text)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A mobile number in E.164: `+`, then 7 to 15 digits, the first not 0.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MobileNumber(String);
newtype!(MobileNumber(String) if
    |t| t.strip_prefix('+').is_some_and(Self::digits_fit),
    "a mobile number in E.164"
);

impl MobileNumber {
    /// Takes a number as typed in international form; spaces, hyphens, dots and brackets do not count, `00` stands for `+`.
    /// [`MobileNumber::parse_in`] reads national forms, too.
    ///
    /// # Errors
    /// When the country's code is missing, or the digits are fewer than 7 or more than 15 (ITU-T E.164).
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        Self::parse_in(text, None)
    }

    /// The number of a calling code and what follows it.
    pub(super) fn of_digits(digits: String) -> Option<Self> {
        Self::digits_fit(&digits).then(|| Self(["+", &digits].concat()))
    }

    fn digits_fit(digits: &str) -> bool {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
    }

    /// What was kept after it was checked, and is not checked again.
    pub(crate) const fn of_kept(text: String) -> Self {
        Self(text)
    }

    /// The number, `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! hidden {
    ($($name:ident)*) => {$(
        /// Personal data is never printed by accident.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
hidden! { EmailAddress MobileNumber VisitorDetails }

/// A language that visitors are written to in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
    /// Japanese.
    Ja,
    /// Spanish.
    Es,
    /// Dutch.
    Nl,
    /// Italian.
    It,
    /// Portuguese.
    Pt,
    /// German.
    De,
}
choices!(Language {
    0 => En,
    1 => Fr,
    2 => Ja,
    3 => Es,
    4 => Nl,
    5 => It,
    6 => Pt,
    7 => De,
});

impl Language {
    /// All of them.
    pub const ALL: [Self; 8] = [Self::En, Self::Fr, Self::Ja, Self::Es, Self::Nl, Self::It, Self::Pt, Self::De];

    /// The tag of BCP 47.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::Ja => "ja",
            Self::Es => "es",
            Self::Nl => "nl",
            Self::It => "it",
            Self::Pt => "pt",
            Self::De => "de",
        }
    }

    /// The language of a BCP 47 tag, by its first part.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|l| l.tag().eq_ignore_ascii_case(first))
    }
}

/// Who a visitor is and how they are reached. It lives beside the facts, so that it can be erased.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VisitorDetails {
    /// The name.
    pub name: Name,
    /// The e-mail address, when there is one.
    pub email: Option<EmailAddress>,
    /// The mobile number, when there is one.
    pub mobile: Option<MobileNumber>,
    /// The language to write in.
    pub language: Language,
}
record!(VisitorDetails { name, email, mobile, language });

impl VisitorDetails {
    /// The channel that a first booking takes: e-mail before SMS, none when the visitor can't be reached.
    pub fn channel(&self) -> Option<Channel> {
        match (&self.email, &self.mobile) {
            (Some(_), _) => Some(Channel::Email),
            (None, Some(_)) => Some(Channel::Sms),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_is_checked_for_form() {
        for good in ["ines.ferreira@example.com", " o'connor+keys@mail.example.org "] {
            assert_eq!(EmailAddress::parse(good).map(|e| e.0), Ok(good.trim().to_owned()));
        }
        for bad in ["", "ines", "ines@", "@example.com", "ines@example", "Inês <ines@example.com>", "a b@example.com"]
        {
            assert_eq!(EmailAddress::parse(bad), Err(ContactError::Email));
        }
    }

    #[test]
    fn a_mobile_number_is_kept_in_e164() {
        for good in ["+81 90-1234-5678", "0081 (90) 1234.5678", "+819012345678"] {
            assert_eq!(MobileNumber::parse(good).map(|m| m.0), Ok("+819012345678".to_owned()));
        }
        for bad in ["912 345 678", "+12345", "+1234567890123456", "+0912345678", "+81 90 12ab 5678", ""] {
            assert_eq!(MobileNumber::parse(bad), Err(ContactError::Mobile));
        }
    }

    #[test]
    fn a_visitor_is_never_printed() {
        let details = VisitorDetails {
            name: Name::parse("Inês").expect("a name"),
            email: None,
            mobile: MobileNumber::parse("+819012345678").ok(),
            language: Language::Pt,
        };
        assert_eq!(format!("{details:?} {:?}", details.mobile), "VisitorDetails(…) Some(MobileNumber(…))");
        assert_eq!(details.channel(), Some(Channel::Sms));
    }
}
