//! Whether a trigger is fired as it is meant to be.

use crate::pg::report::{Report, raise};
use pgrx::prelude::PgSqlErrorCode;

/// Raises 39P01 unless a trigger function is fired in the only way that it is written for.
pub fn require(fired_as_meant: bool, function: &str, meant: &str) {
    if !fired_as_meant {
        let message = format!("{function} must be fired {meant}");
        raise(
            Report::new(PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, message)
                .hint("Triggers with this function are made by the extension; make none by hand."),
        );
    }
}
