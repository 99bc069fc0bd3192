//! What forms share: parsing at the edge, into the domain's own types, with words for what is wrong.

use crate::domain::{Name, Note, TextError, TimeOfDay};

/// Reads a name.
///
/// # Errors
/// With what to say at the field.
pub fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(|error| said(&error))
}

/// Reads a name that may be left out.
///
/// # Errors
/// With what to say at the field.
pub fn name_or_none(text: &str) -> Result<Option<Name>, String> {
    if text.trim().is_empty() { Ok(None) } else { name(text).map(Some) }
}

/// Reads a text that may be left out.
///
/// # Errors
/// With what to say at the field.
pub fn note(text: &str) -> Result<Option<Note>, String> {
    Note::parse_optional(text).map_err(|error| said(&error))
}

/// Reads a time of the day.
///
/// # Errors
/// With what to say at the field.
pub fn time(text: &str) -> Result<TimeOfDay, String> {
    TimeOfDay::parse(text).ok_or_else(|| "Expected a time, such as 15:00.".to_owned())
}

fn said(error: &TextError) -> String {
    match error {
        TextError::Empty => "This is needed.".to_owned(),
        TextError::TooLong { got, most } => format!("At most {most} characters fit; these are {got}."),
        TextError::Control(_) => "This holds a character that can't be kept. Type it anew.".to_owned(),
    }
}

/// Notes what is wrong with a field where it is wrong, and passes on what is right.
pub fn check<T>(result: Result<T, String>, error: leptos::prelude::RwSignal<Option<String>>) -> Option<T> {
    use leptos::prelude::Set;
    match result {
        Ok(value) => {
            error.set(None);
            Some(value)
        }
        Err(words) => {
            error.set(Some(words));
            None
        }
    }
}
