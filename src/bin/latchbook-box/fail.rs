//! What went wrong, in words for the person at the terminal.

use std::fmt;

/// An error that says what was got, what was expected and, where it can, what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Fail {
    what: String,
    remedy: Option<String>,
}

impl Fail {
    /// Says what was got and what was expected.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: None }
    }

    /// Says what could not be done, and what the system said to it.
    pub fn during(doing: impl fmt::Display, error: impl fmt::Display) -> Self {
        Self::new(format!("{doing}: {error}"))
    }

    /// Adds what to do about it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "latchbook-box: {}", self.what)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n  what to do: {remedy}"),
            None => Ok(()),
        }
    }
}
