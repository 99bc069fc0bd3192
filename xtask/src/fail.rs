//! What went wrong, in words for the person at the terminal.
use std::fmt;

/// An error that says what was got, what was expected and, where it can, which command would help.
#[derive(Debug)]
pub struct Fail {
    what: String,
    remedy: Option<String>,
}

impl Fail {
    /// Says what was got and what was expected.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: None }
    }

    /// Adds what to do about it: a command, or a sentence with one in it. The first remedy, nearest to the cause, stays.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy.get_or_insert_with(|| remedy.into());
        self
    }

    /// Puts what was being done before what went wrong.
    pub fn during(mut self, doing: impl fmt::Display) -> Self {
        self.what = format!("{doing}: {}", self.what);
        self
    }
}

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n  to mend it: {remedy}"),
            None => Ok(()),
        }
    }
}
