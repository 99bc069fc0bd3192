//! Texts with placeholders, as an organization edits them.
//!
//! - `{code}` stands for a value, and for nothing where there is none. Case and spaces inside the braces do not count.
//! - `[[ … ]]` is a section: all that is between the brackets vanishes when a placeholder in it has no value, and the line
//!   vanishes with it when nothing else stands there. Sections do not stand in one another.
//! - There is no other way to write a brace, or two square brackets in a row. What a value brings is never looked into.

mod lines;
mod pieces;

use std::fmt;

use lines::Lines;
use pieces::{Piece, Pieces};

use crate::domain::cbor::newtype;
use crate::domain::{MessageKind, MessagePart as Part};

/// What a message can say of its booking, its key and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placeholder {
    /// The visitor's name.
    Visitor,
    /// The organization's name.
    Organization,
    /// The key's name.
    Key,
    /// The name of the key's home location.
    Location,
    /// The location's postal address.
    Address,
    /// How to find the SmartBox.
    Directions,
    /// When a one-time booking begins, by the clocks of the location.
    Start,
    /// When a one-time booking ends, by the clocks of the location.
    End,
    /// The booking code.
    Code,
    /// The booking URL.
    Url,
    /// When the location is open.
    Hours,
}

impl Placeholder {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Visitor,
        Self::Organization,
        Self::Key,
        Self::Location,
        Self::Address,
        Self::Directions,
        Self::Start,
        Self::End,
        Self::Code,
        Self::Url,
        Self::Hours,
    ];

    /// How it is written.
    pub const fn written(self) -> &'static str {
        match self {
            Self::Visitor => "{visitor}",
            Self::Organization => "{organization}",
            Self::Key => "{key}",
            Self::Location => "{location}",
            Self::Address => "{address}",
            Self::Directions => "{directions}",
            Self::Start => "{start}",
            Self::End => "{end}",
            Self::Code => "{code}",
            Self::Url => "{url}",
            Self::Hours => "{hours}",
        }
    }

    /// What stands between the braces.
    pub fn name(self) -> &'static str {
        self.written().trim_matches(['{', '}'])
    }

    /// The one that a name between braces means.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name.trim()))
    }

    /// The one whose name takes the fewest changes of letters to get to, at most half of them.
    fn nearest(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        let mut nearest = (usize::MAX, None);
        for known in Self::ALL {
            let changes = changes(&name, known.name());
            if changes < nearest.0 && changes * 2 <= known.name().len() {
                nearest = (changes, Some(known));
            }
        }
        nearest.1
    }
}

/// How many letters must be put in, left out or changed (Levenshtein).
fn changes(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (done, a) in from.chars().enumerate() {
        let mut corner = done;
        row[0] = done + 1;
        for (place, b) in to.chars().enumerate() {
            let changed = corner + usize::from(a != b);
            corner = row[place + 1];
            row[place + 1] = changed.min(corner + 1).min(row[place] + 1);
        }
    }
    row[to.len()]
}

/// Where in a text something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, character {}", self.line, self.column)
    }
}

/// Why a text is no template.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TemplateError {
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
    /// A placeholder by a name that there is not.
    #[error("no placeholder is called “{name}” ({at})")]
    Unknown {
        /// What stands between the braces.
        name: String,
        /// The placeholder that may be meant.
        nearest: Option<Placeholder>,
        /// Where its brace opens.
        at: Place,
    },
    /// A `{` without its `}` in the same line, or with too much in between.
    #[error("expected a closing brace after “{found}” ({at})")]
    UnclosedBrace {
        /// What comes after the brace.
        found: String,
        /// Where the brace opens.
        at: Place,
    },
    /// A `[[` without its `]]`.
    #[error("expected “]]” for the section that begins at {at}")]
    UnclosedSection {
        /// Where the section opens.
        at: Place,
    },
    /// A `[[` inside a section.
    #[error("a section can't begin inside another ({at})")]
    NestedSection {
        /// Where the inner one opens.
        at: Place,
    },
    /// A `}` or a `]]` that closes nothing.
    #[error("“{found}” closes nothing ({at})")]
    Unopened {
        /// What it is.
        found: &'static str,
        /// Where it stands.
        at: Place,
    },
    /// A placeholder that a message of this kind is useless without stands nowhere, or only in a section, which may vanish.
    #[error("expected {} in the text, and in no section", .0.written())]
    Missing(Placeholder),
}

/// The values of placeholders, as words. They may be personal, and one is a code: none is ever printed.
#[derive(Clone, Default)]
pub struct Values([Option<String>; Placeholder::ALL.len()]);

impl Values {
    /// Sets a value, in place of an earlier one. Nothing but spaces is no value.
    pub fn set(&mut self, placeholder: Placeholder, value: Option<String>) {
        self.0[placeholder as usize] = value.filter(|value| !value.trim().is_empty());
    }

    /// The same values, and this one.
    #[must_use]
    pub fn with(mut self, placeholder: Placeholder, value: &str) -> Self {
        self.set(placeholder, Some(value.to_owned()));
        self
    }

    /// The value of a placeholder.
    pub fn get(&self, placeholder: Placeholder) -> Option<&str> {
        self.0[placeholder as usize].as_deref()
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Values(…)")
    }
}

/// A text that was checked: 1 to [`Template::MOST`] characters, lines end with `\n`, no spaces around.
///
/// One that is read from what was stored is not checked again: an app that is older than the text may not know one of its
/// placeholders, and treats it as one without a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template(String);
newtype!(Template(String) if |t| !t.is_empty() && t.len() <= Self::MOST * 4, "a message's text");

impl Template {
    /// The most characters a text has.
    pub const MOST: usize = 4000;

    /// Takes a text as typed.
    ///
    /// # Errors
    /// All but [`TemplateError::Missing`]; of several, the one that comes first in the text.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let text = text.trim().replace("\r\n", "\n");
        if text.is_empty() {
            return Err(TemplateError::Empty);
        }
        let got = text.chars().count();
        if got > Self::MOST {
            return Err(TemplateError::TooLong { got, most: Self::MOST });
        }
        let mut section = None;
        for (at, piece) in Pieces::of(&text) {
            let place = || place(&text, at);
            match piece {
                Piece::Text(_) | Piece::Value(_) => {}
                Piece::Unknown(name) => {
                    let nearest = Placeholder::nearest(name);
                    return Err(TemplateError::Unknown { name: name.trim().to_owned(), nearest, at: place() });
                }
                Piece::Unclosed(after) => {
                    return Err(TemplateError::UnclosedBrace { found: after.to_owned(), at: place() });
                }
                Piece::Stray => return Err(TemplateError::Unopened { found: "}", at: place() }),
                Piece::Open if section.is_some() => return Err(TemplateError::NestedSection { at: place() }),
                Piece::Open => section = Some(place()),
                Piece::Close if section.is_none() => return Err(TemplateError::Unopened { found: "]]", at: place() }),
                Piece::Close => section = None,
            }
        }
        match section {
            Some(at) => Err(TemplateError::UnclosedSection { at }),
            None => Ok(Self(text)),
        }
    }

    /// Takes a text as typed for a part of a kind of message.
    ///
    /// # Errors
    /// As [`Template::parse`]; and [`TemplateError::Missing`] when it does not say what [`required`] asks for.
    pub fn parse_for(text: &str, kind: MessageKind, part: Part) -> Result<Self, TemplateError> {
        let template = Self::parse(text)?;
        match required(kind, part).iter().find(|placeholder| !template.always_says(**placeholder)) {
            Some(missing) => Err(TemplateError::Missing(*missing)),
            None => Ok(template),
        }
    }

    /// A text of this app's own, that its tests have checked.
    pub(super) fn of_own(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text as it was typed.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a placeholder stands outside of all sections.
    fn always_says(&self, placeholder: Placeholder) -> bool {
        let mut inside = false;
        Pieces::of(&self.0).any(|(_, piece)| {
            match piece {
                Piece::Open => inside = true,
                Piece::Close => inside = false,
                _ => {}
            }
            !inside && matches!(piece, Piece::Value(found) if found == placeholder)
        })
    }

    /// The text with its values.
    pub fn render(&self, values: &Values) -> String {
        let mut lines = Lines::default();
        let mut pieces = Pieces::of(&self.0);
        while let Some((_, piece)) = pieces.next() {
            match piece {
                Piece::Text(text) => lines.text(text),
                Piece::Value(placeholder) => lines.value(values.get(placeholder).unwrap_or_default()),
                Piece::Open if pieces.clone().section_vanishes(values) => {
                    pieces.by_ref().find(|(_, piece)| matches!(piece, Piece::Close));
                    lines.section_vanished();
                }
                // The others are in no text that this app has checked.
                _ => {}
            }
        }
        lines.end()
    }
}

/// The placeholders that a part of a message of this kind is useless without.
pub const fn required(kind: MessageKind, part: Part) -> &'static [Placeholder] {
    match (kind, part) {
        (MessageKind::Instructions | MessageKind::AliasInstructions, Part::Body | Part::Sms) => &[Placeholder::Code],
        _ => &[],
    }
}

fn place(text: &str, at: usize) -> Place {
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap_or_default();
    Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
