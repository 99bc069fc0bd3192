//! The forms of the database, one after the other: a file for each step.
//!
//! A form has two numbers. A new *minor* adds stores, which an app that does not know them leaves alone, so that two
//! versions of the app get on. A new *major* changes what is there, and an older app then refuses.

mod v1;
mod v1_1;

use indexed_db_futures::database::Database;

/// A form of the database.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Schema {
    /// An app must know it to read or write anything.
    pub major: u32,
    /// An app of the same major need not know it.
    pub minor: u32,
}

impl Schema {
    /// The newest form this app knows.
    pub const CURRENT: Self = Self { major: 1, minor: 1 };
    /// How many minors fit a major in the database's own version number.
    const MINORS: u32 = 100;

    /// The form as the one number that IndexedDB keeps.
    pub const fn to_version(self) -> u32 {
        self.major * Self::MINORS + self.minor
    }

    /// The form of such a number.
    pub const fn from_version(version: u32) -> Self {
        Self { major: version / Self::MINORS, minor: version % Self::MINORS }
    }
}

/// Takes a database from the form that it has, 0 when it is new, to the newest.
pub(super) fn upgrade(from: u32, database: &Database) -> indexed_db_futures::Result<()> {
    if from < v1::SCHEMA.to_version() {
        v1::migrate(database)?;
    }
    if from < v1_1::SCHEMA.to_version() {
        v1_1::migrate(database)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_numbers_of_a_form_fit_into_one() {
        for schema in [Schema::CURRENT, Schema { major: 2, minor: 17 }] {
            assert_eq!(Schema::from_version(schema.to_version()), schema);
        }
        assert_eq!(Schema::from_version(0).major, 0);
    }
}
