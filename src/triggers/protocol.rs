//! Whether a trigger is fired as it is meant to be.
//!
//! The trigger functions are not `#[pg_trigger]`: what that makes of a call that is no trigger's is an internal error.

use crate::engine::receiving;
use crate::pg::report::{Report, raise};
use pgrx::prelude::*;

/// The trigger that fires a function; raises 39P01 if it was called by something else.
///
/// # Safety
/// The call must be the one that Postgres is making.
pub unsafe fn fired<'a>(call: pg_sys::FunctionCallInfo, function: &str) -> PgTrigger<'a> {
    // SAFETY: Postgres gives the data of a trigger to the function that it fires, for as long as that runs.
    if let Ok(trigger) = unsafe { PgTrigger::from_fcinfo(&*call) } {
        return trigger;
    }
    raise(not_as_meant(function, "by a trigger"))
}

/// Raises 39P01 unless a trigger function is fired in the only way that it is written for.
pub fn require(fired_as_meant: bool, function: &str, meant: &str) {
    if !fired_as_meant {
        raise(not_as_meant(function, meant));
    }
}

/// Raises 55000 where the record of another database is received, for a trigger that would write to it. What replication
/// itself applies fires none.
pub fn writes(what: &str) {
    if let Err(error) = receiving::refuse(what) {
        raise(error);
    }
}

fn not_as_meant(function: &str, meant: &str) -> Report {
    let message = format!("{function} must be fired {meant}");
    Report::new(PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, message)
        .hint("Triggers with this function are made by the extension; make none by hand.")
}
