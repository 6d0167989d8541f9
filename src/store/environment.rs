//! The mode last chosen, and where.

use super::cache::Cached;
use super::statement::{Statement, first, required};
use crate::pg::identity::Identity;

/// What go_live or go_mock recorded.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Whether live was chosen.
    pub live: bool,
    /// Where it was chosen.
    pub identity: Identity,
}

thread_local! {
    static ENVIRONMENT: Cached<Option<Environment>> = const { Cached::new() };
}

/// The row, if a mode was ever chosen.
pub fn get() -> Option<Environment> {
    static GET: Statement =
        Statement("SELECT mode = 'live', system_identifier, database_name FROM referrals.environment");
    let read = || {
        GET.read(&[], |rows| {
            first(rows, |row| Environment {
                live: required(row, 1),
                identity: Identity { system_identifier: required(row, 2), database_name: required(row, 3) },
            })
        })
    };
    ENVIRONMENT.with(|environment| environment.get(read)).as_ref().clone()
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
