//! What the database answers when it can't, in its own words until the edge.

use indexed_db_futures::error::{Error, OpenDbError};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::journal::port::{JournalError, Position};

/// Why something came to nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(super) enum DatabaseError {
    /// The browser refused: the name and the message of its exception.
    #[error("{name}: {message}")]
    Dom { name: String, message: String },
    /// What is to be said as it is.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl DatabaseError {
    /// The name of the browser's exception.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Dom { name, .. } => Some(name),
            Self::Journal(_) => None,
        }
    }

    /// The same of a value that was thrown.
    pub(super) fn of_js(value: &JsValue) -> Self {
        if let Some(dom) = value.dyn_ref::<web_sys::DomException>() {
            return Self::Dom { name: dom.name(), message: dom.message() };
        }
        match value.dyn_ref::<js_sys::Error>() {
            Some(error) => Self::Dom { name: error.name().into(), message: error.message().into() },
            None => Self::Dom { name: "Error".to_owned(), message: value.as_string().unwrap_or_default() },
        }
    }

    pub(super) fn damaged((at, reason): (Position, String)) -> Self {
        Self::Journal(JournalError::Damaged { at, reason })
    }
}

impl From<Error> for DatabaseError {
    fn from(error: Error) -> Self {
        match error {
            Error::DomException(dom) => Self::of_js(dom.as_ref()),
            Error::Unknown(js) => Self::of_js(js.as_ref()),
            // In words of our own: the library's would bring the formatting of floats, 14 KB of the app.
            Error::Serialisation(_) | Error::MissingData(_) => {
                Self::Dom { name: "DataError".to_owned(), message: "what was read has an unexpected form".to_owned() }
            }
        }
    }
}

impl From<OpenDbError> for DatabaseError {
    fn from(error: OpenDbError) -> Self {
        match error {
            OpenDbError::Base(error) => error.into(),
            _ => Self::Dom { name: "NotSupportedError".to_owned(), message: "there is no IndexedDB here".to_owned() },
        }
    }
}

impl From<DatabaseError> for JournalError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Journal(error) => error,
            DatabaseError::Dom { ref name, .. } if name == "QuotaExceededError" => Self::Full(error.to_string()),
            DatabaseError::Dom { .. } => Self::Unavailable(error.to_string()),
        }
    }
}
