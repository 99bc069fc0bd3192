//! 1.1: room for keys.

use indexed_db_futures::Build as _;
use indexed_db_futures::database::Database;

use super::Schema;

pub(super) const SCHEMA: Schema = Schema { major: 1, minor: 1 };

pub(super) fn migrate(database: &Database) -> indexed_db_futures::Result<()> {
    database.create_object_store("keys").build()?;
    Ok(())
}
