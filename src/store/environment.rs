//! The mode last chosen, and where; and the deletion of what was mock.

use super::statement::{Statement, first, required};
use crate::pg::identity::Identity;
use crate::pg::{invalidation, snapshot};
use pgrx::pg_sys;
use std::cell::RefCell;

/// What go_live or go_mock recorded.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Whether live was chosen.
    pub live: bool,
    /// Where it was chosen.
    pub identity: Identity,
}

thread_local! {
    /// The row as of an epoch of the invalidations; `None` until it is read.
    static CACHE: RefCell<Option<(u64, Option<Environment>)>> = const { RefCell::new(None) };
}

/// The row, if a mode was ever chosen.
pub fn get() -> Option<Environment> {
    static GET: Statement =
        Statement("SELECT mode = 'live', system_identifier, database_name FROM referrals.environment");
    let epoch = invalidation::epoch();
    let cached = CACHE.with_borrow(|cache| cache.clone().filter(|(read_at, _)| *read_at == epoch));
    if let Some((_, environment)) = cached {
        return environment;
    }
    watch_tables();
    let environment = snapshot::latest(|| {
        GET.read(&[], |rows| {
            first(rows, |row| Environment {
                live: required(row, 1),
                identity: Identity { system_identifier: required(row, 2), database_name: required(row, 3) },
            })
        })
    });
    CACHE.set(Some((epoch, environment.clone())));
    snapshot::forget_if_fixed();
    environment
}

/// Records a mode and where it was chosen.
pub fn set(mode: &str, identity: &Identity) {
    static SET: Statement = Statement(
        "INSERT INTO referrals.environment (mode, system_identifier, database_name) VALUES ($1, $2, $3)
         ON CONFLICT (singleton) DO UPDATE SET mode = $1, system_identifier = $2, database_name = $3, changed_at = now()",
    );
    SET.write(
        &[mode.into(), identity.system_identifier.as_str().into(), identity.database_name.as_str().into()],
        |_| (),
    );
}

/// Deletes all mock lines, with their reversals and audit rows, and blanks the mock standings, so that they are counted
/// from the ties again. Gives the number of lines.
pub fn delete_mock() -> i64 {
    static REVERSALS: Statement = Statement("DELETE FROM referrals.reversal WHERE mode = 'mock'");
    static LINES: Statement = Statement(
        "WITH deleted AS (DELETE FROM referrals.commission WHERE mode = 'mock' RETURNING 1)
         SELECT count(*) FROM deleted",
    );
    static AUDIT: Statement = Statement("DELETE FROM referrals.audit_log WHERE mode = 'mock'");
    static STANDINGS: Statement = Statement(
        "UPDATE referrals.standing
         SET as_of = DEFAULT, program_id = DEFAULT, plan_version = DEFAULT, window_start = DEFAULT, window_end = DEFAULT,
             volume = DEFAULT, tier = DEFAULT
         WHERE mode = 'mock'",
    );
    REVERSALS.write(&[], |_| ());
    let lines = LINES.write(&[], |rows| first(rows, |row| required(row, 1)).expect("count gives a row"));
    AUDIT.write(&[], |_| ());
    STANDINGS.write(&[], |_| ());
    lines
}

/// Makes changes of the tables that backends cache grow the epoch. The ids change when the extension is made anew.
pub fn watch_tables() {
    // SAFETY: catalogue look-ups by name; a missing table gives an invalid id, which matches nothing.
    let tables = unsafe {
        let schema = pg_sys::get_namespace_oid(c"referrals".as_ptr(), true);
        [c"program", c"plan", c"environment"].map(|name| pg_sys::get_relname_relid(name.as_ptr(), schema))
    };
    invalidation::watch(tables.to_vec());
}
