//! Work that is undone by itself, without the rest of the transaction.

use pgrx::pg_sys::panic::{CaughtError, ErrorReportWithLevel};
use pgrx::prelude::PgSqlErrorCode;
use pgrx::{PgTryBuilder, pg_sys};
use std::panic::AssertUnwindSafe;

/// Keeps what `work` did if it gives something; else undoes it.
pub fn all_or_nothing<R>(work: impl FnOnce() -> Option<R>) -> Option<R> {
    let level = Level::begin();
    let raised = |error: CaughtError| -> Option<R> {
        level.undo();
        error.rethrow()
    };
    let result = PgTryBuilder::new(AssertUnwindSafe(work)).catch_others(raised).catch_rust_panic(raised).execute();
    match result {
        Some(_) => level.keep(),
        None => level.undo(),
    }
    result
}

/// Does work that may raise an error because of the data or the code it is given; the message of one, after which all is
/// as it was. The work can only read. What is nobody's fault, such as a timeout or a deadlock, is raised on: it may go
/// well when the statement is tried again.
pub fn attempt<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    unless_raised(work, is_transient)
}

/// As `attempt`, to say of many things of other people which of them can be read. Their code can raise whatever it likes,
/// out of memory and data corrupted included, and must not keep the others from being told of: all that is an answer.
/// Raised on is only what ends the statement, as a cancellation or its timeout; code that never returns leads there too.
pub fn probe<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    unless_raised(work, |report| is_of_class(report, PgSqlErrorCode::ERRCODE_OPERATOR_INTERVENTION))
}

fn unless_raised<R>(work: impl FnOnce() -> R, is_raised_on: fn(&ErrorReportWithLevel) -> bool) -> Result<R, String> {
    let level = Level::begin();
    // Set back with the subtransaction.
    // SAFETY: a variable of this backend.
    unsafe { pg_sys::XactReadOnly = true }
    let result = PgTryBuilder::new(AssertUnwindSafe(|| Ok(work())))
        .catch_others(|error| match error {
            CaughtError::PostgresError(report) | CaughtError::ErrorReport(report) if !is_raised_on(&report) => {
                Err(report.message().to_owned())
            }
            other => {
                level.undo();
                other.rethrow()
            }
        })
        .catch_rust_panic(|error| {
            level.undo();
            error.rethrow()
        })
        .execute();
    match result {
        Ok(_) => level.keep(),
        Err(_) => level.undo(),
    }
    result
}

/// Whether an error comes from the state of the server, not from what was asked of it.
fn is_transient(report: &ErrorReportWithLevel) -> bool {
    let classes = [
        PgSqlErrorCode::ERRCODE_TRANSACTION_ROLLBACK,
        PgSqlErrorCode::ERRCODE_INSUFFICIENT_RESOURCES,
        PgSqlErrorCode::ERRCODE_OPERATOR_INTERVENTION,
        PgSqlErrorCode::ERRCODE_SYSTEM_ERROR,
        PgSqlErrorCode::ERRCODE_INTERNAL_ERROR,
    ];
    report.sql_error_code() == PgSqlErrorCode::ERRCODE_LOCK_NOT_AVAILABLE
        || classes.into_iter().any(|known| is_of_class(report, known))
}

fn is_of_class(report: &ErrorReportWithLevel, known: PgSqlErrorCode) -> bool {
    // The low bits of a code are its class.
    let class = |code: PgSqlErrorCode| code as i32 & 0xfff;
    class(report.sql_error_code()) == class(known)
}

/// A subtransaction, and what was current before it.
#[derive(Clone, Copy)]
struct Level {
    memory: pg_sys::MemoryContext,
    owner: pg_sys::ResourceOwner,
}

impl Level {
    fn begin() -> Level {
        // SAFETY: begun inside a transaction, and ended by `keep` or `undo` on every path.
        unsafe {
            let level = Level { memory: pg_sys::CurrentMemoryContext, owner: pg_sys::CurrentResourceOwner };
            pg_sys::BeginInternalSubTransaction(std::ptr::null());
            pg_sys::MemoryContextSwitchTo(level.memory);
            level
        }
    }

    fn keep(self) {
        // SAFETY: the subtransaction of `begin` is the current one.
        unsafe { pg_sys::ReleaseCurrentSubTransaction() }
        self.restore();
    }

    fn undo(self) {
        // SAFETY: as above.
        unsafe { pg_sys::RollbackAndReleaseCurrentSubTransaction() }
        self.restore();
    }

    fn restore(self) {
        // SAFETY: both were current when the subtransaction began, and live longer than it.
        unsafe {
            pg_sys::MemoryContextSwitchTo(self.memory);
            pg_sys::CurrentResourceOwner = self.owner;
        }
    }
}
