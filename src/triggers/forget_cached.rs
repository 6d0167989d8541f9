//! Makes every session reread what it has cached from a table.

use crate::pg::invalidation;
use pgrx::AllocatedByPostgres;
use pgrx::prelude::*;
use std::convert::Infallible;

/// Announces that the table was changed. Reads and writes no row.
#[pg_trigger(sql = false)]
fn forget_cached<'a>(trigger: &'a PgTrigger<'a>) -> Result<Option<PgHeapTuple<'a, AllocatedByPostgres>>, Infallible> {
    // SAFETY: Postgres fires the trigger with the relation open.
    invalidation::announce(unsafe { (*trigger.trigger_data().tg_relation).rd_id });
    Ok(None)
}
