//! 1.0: the stores that the journal began with.

use indexed_db_futures::Build as _;
use indexed_db_futures::database::Database;

use super::Schema;

pub(super) const SCHEMA: Schema = Schema { major: 1, minor: 0 };

/// Written out, not taken from the newest names: a step stays what it was.
const STORES: [&str; 5] = ["segments", "tail", "snapshot", "meta", "boxes"];

pub(super) fn migrate(database: &Database) -> indexed_db_futures::Result<()> {
    for store in STORES {
        database.create_object_store(store).build()?;
    }
    Ok(())
}
