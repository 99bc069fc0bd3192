//! Text that people typed, parsed once.

use std::fmt;

use super::cbor::newtype;

/// Why a text was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but spaces.
    #[error("expected a text, got nothing")]
    Empty,
    /// More characters than fit.
    #[error("expected at most {most} characters, got {got}")]
    TooLong {
        /// How many characters there were.
        got: usize,
        /// How many fit.
        most: usize,
    },
    /// A line break or another control character where none may be.
    #[error("a control character (U+{0:04X}) can't be kept")]
    Control(u32),
}

fn parse(text: &str, most: usize, lines: bool) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    let got = text.chars().count();
    if got > most {
        return Err(TextError::TooLong { got, most });
    }
    match text.chars().find(|c| c.is_control() && !(lines && matches!(c, '\n' | '\t'))) {
        Some(c) => Err(TextError::Control(c as u32)),
        None => Ok(text.to_owned()),
    }
}

/// The name of a thing or a person: 1 to 80 characters on one line, no spaces around.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);
newtype!(Name(String) if
    |t| !t.is_empty() && t.len() <= Self::MOST * 4 && !t.chars().any(char::is_control),
    "a name"
);

impl Name {
    /// The most characters a name has.
    pub const MOST: usize = 80;

    /// Takes a name as typed.
    ///
    /// # Errors
    /// When it is empty, longer than [`Name::MOST`], or holds a control character.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        parse(text, Self::MOST, false).map(Self)
    }

    /// What was kept after it was checked, and is not checked again.
    pub(crate) const fn of_kept(text: String) -> Self {
        Self(text)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Free text: 1 to 2,000 characters, line breaks allowed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note(String);
newtype!(Note(String) if |t| !t.is_empty() && t.len() <= Self::MOST * 4, "a text");

impl Note {
    /// The most characters a note has.
    pub const MOST: usize = 2000;

    /// Takes a note as typed.
    ///
    /// # Errors
    /// As [`Name::parse`], with [`Note::MOST`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        parse(&text.replace("\r\n", "\n"), Self::MOST, true).map(Self)
    }

    /// Takes a note that may be left out: nothing but spaces is no note.
    ///
    /// # Errors
    /// As [`Note::parse`], but never [`TextError::Empty`].
    pub fn parse_optional(text: &str) -> Result<Option<Self>, TextError> {
        match Self::parse(text) {
            Err(TextError::Empty) => Ok(None),
            other => other.map(Some),
        }
    }

    /// What was kept after it was checked, and is not checked again.
    pub(crate) const fn of_kept(text: String) -> Self {
        Self(text)
    }

    /// The note.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! shown {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}
shown! { Name Note }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_trimmed_line_of_80_characters() {
        assert_eq!(Name::parse("  Van 3 ").map(|n| n.to_string()), Ok("Van 3".to_owned()));
        assert_eq!(Name::parse(" \t "), Err(TextError::Empty));
        assert_eq!(Name::parse(&"é".repeat(81)), Err(TextError::TooLong { got: 81, most: 80 }));
        assert_eq!(Name::parse("two\nlines"), Err(TextError::Control(10)));
    }

    #[test]
    fn a_note_may_have_lines_or_be_left_out() {
        assert_eq!(Note::parse_optional("a\r\nb").map(|n| n.map(|n| n.to_string())), Ok(Some("a\nb".to_owned())));
        assert_eq!(Note::parse_optional("  "), Ok(None));
    }
}
