//! Which state of the database a statement sees.

use super::invalidation;
use pgrx::{PgXactCallbackEvent, pg_sys, register_xact_callback};

/// Runs `read` on the latest committed state, not on that of the calling query.
///
/// What is cached must not be older than the invalidations that this session has heard of.
pub fn latest<R>(read: impl FnOnce() -> R) -> R {
    // A fixed snapshot stays what everything sees, foreign keys included; `forget_if_fixed` does the rest.
    if is_fixed() {
        return read();
    }
    // SAFETY: pushed and popped in pairs; if `read` raises, the abort of the transaction pops it.
    unsafe {
        pg_sys::PushActiveSnapshot(pg_sys::GetLatestSnapshot());
        let result = read();
        pg_sys::PopActiveSnapshot();
        result
    }
}

/// Whether this transaction sees one state throughout: REPEATABLE READ or SERIALIZABLE.
pub fn is_fixed() -> bool {
    // SAFETY: reads a variable of this backend.
    unsafe { pg_sys::XactIsoLevel >= pg_sys::XACT_REPEATABLE_READ as i32 }
}

/// Call after filling a cache. Under a fixed snapshot the rows read may be older than the invalidations that this session
/// has heard of already, so what is cached then must not outlive the transaction.
pub fn forget_if_fixed() {
    if is_fixed() {
        for end in [PgXactCallbackEvent::Commit, PgXactCallbackEvent::Abort, PgXactCallbackEvent::Prepare] {
            register_xact_callback(end, invalidation::forget);
        }
    }
}
