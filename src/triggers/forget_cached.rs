//! Makes every session reread what it has cached from a table.

use super::protocol::fired;
use crate::pg::invalidation;
use pgrx::prelude::*;

/// Announces that the table was changed. Reads and writes no row.
#[pg_extern(sql = false)]
fn forget_cached(call: pg_sys::FunctionCallInfo) {
    // SAFETY: it is this very call.
    let trigger = unsafe { fired(call, "referrals._forget_cached") };
    // SAFETY: Postgres fires the trigger with the relation open.
    invalidation::announce(unsafe { (*trigger.trigger_data().tg_relation).rd_id });
}
