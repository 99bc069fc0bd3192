//! What a template is made of: any text can be cut into pieces, a wrong one, too.

use super::{Placeholder, Values};

/// The most letters between braces that are looked at as a name; and of an excerpt in an error.
pub(super) const LONGEST_NAME: usize = 40;

/// A piece of a text.
#[derive(Clone, Copy)]
pub(super) enum Piece<'t> {
    /// Words.
    Text(&'t str),
    /// A placeholder.
    Value(Placeholder),
    /// Braces around something else.
    Unknown(&'t str),
    /// A brace that is not closed, and some of what comes after it.
    Unclosed(&'t str),
    /// A brace that closes nothing.
    Stray,
    /// `[[`
    Open,
    /// `]]`
    Close,
}

/// The pieces of any text, each with where it begins.
#[derive(Clone)]
pub(super) struct Pieces<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Pieces<'t> {
    /// Those of a text.
    pub(super) const fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Whether a placeholder that comes before the section's end has no value.
    pub(super) fn section_vanishes(mut self, values: &Values) -> bool {
        self.find_map(|(_, piece)| match piece {
            Piece::Value(placeholder) if values.get(placeholder).is_none() => Some(true),
            Piece::Unknown(_) => Some(true),
            Piece::Close => Some(false),
            _ => None,
        })
        .unwrap_or_default()
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = (usize, Piece<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = &self.text[at..];
        let first = rest.chars().next()?;
        let (length, piece) = match first {
            '{' => {
                let inside = &rest[1..];
                let cut = inside.char_indices().nth(LONGEST_NAME).map_or(inside.len(), |(cut, _)| cut);
                let inside = &inside[..cut];
                let end = inside.find(['{', '}', '\n']).unwrap_or(inside.len());
                let name = &inside[..end];
                if !inside[end..].starts_with('}') {
                    (1 + end, Piece::Unclosed(name))
                } else if let Some(placeholder) = Placeholder::named(name) {
                    (end + 2, Piece::Value(placeholder))
                } else {
                    (end + 2, Piece::Unknown(name))
                }
            }
            '}' => (1, Piece::Stray),
            '[' if rest.starts_with("[[") => (2, Piece::Open),
            ']' if rest.starts_with("]]") => (2, Piece::Close),
            // One bracket alone is text.
            _ => {
                let begun = first.len_utf8();
                let length = rest[begun..].find(['{', '}', '[', ']']).map_or(rest.len(), |found| begun + found);
                (length, Piece::Text(&rest[..length]))
            }
        };
        self.at += length;
        Some((at, piece))
    }
}
