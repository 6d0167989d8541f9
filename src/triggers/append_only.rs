//! The guard of the record: refuses UPDATE, DELETE and TRUNCATE.

use super::protocol::{fired, require};
use crate::engine::pass::{self, Change};
use crate::pg::report::{Report, raise};
use pgrx::prelude::*;

/// Refuses for everyone, superusers included, but the deletions of purge_mock.
#[pg_extern(sql = false)]
fn append_only(call: pg_sys::FunctionCallInfo) {
    // SAFETY: it is this very call.
    let trigger = unsafe { fired(call, "referrals._append_only") };
    let event = trigger.event();
    require(
        event.fired_before() && event.fired_for_statement(),
        "referrals._append_only",
        "BEFORE, FOR EACH STATEMENT",
    );
    if event.fired_by_delete() && pass::is_open(Change::Purge) {
        return;
    }
    let table = trigger.table_name().unwrap_or_default();
    if table == "participant" && event.fired_by_update() && pass::is_open(Change::Erase) {
        return;
    }
    let (message, hint) = match table.as_str() {
        "participant" => (
            "a participant is never deleted, nor is a key or code changed".to_owned(),
            "A code that was given out stays its owner's, for ever. referrals.erase forgets a person.",
        ),
        "plan" => (
            "a plan version is never changed or deleted".to_owned(),
            "referrals.define_program adds a version that holds from a time of your choice.",
        ),
        "payout" | "payout_line" => (
            "a payout is never deleted".to_owned(),
            "referrals.cancel_payout calls off one that is not paid yet, and frees its lines.",
        ),
        "attribution" => {
            ("a tie is never changed or deleted".to_owned(), "Who referred whom is decided once, at the sign-up.")
        }
        "block" | "epoch" => (
            format!("a sealed {table} is never changed or deleted"),
            "referrals.verify() tells whether the record is as it was sealed.",
        ),
        "erased" => {
            ("that a person was erased is never changed or deleted".to_owned(), "Nothing else is kept of them.")
        }
        table => (
            format!("rows of referrals.{table} are never changed or deleted"),
            "A correction is another entry. referrals.purge_mock() deletes what is mock.",
        ),
    };
    raise(Report::new(PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, message).hint(hint))
}
