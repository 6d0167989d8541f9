//! Which state of the database a statement sees.

use super::invalidation;
use pgrx::{PgXactCallbackEvent, pg_sys, register_xact_callback};

/// Runs `read` on the latest committed state, not on that of the calling query.
///
/// What is cached must not be older than the invalidations that this session has heard of.
pub fn latest<R>(read: impl FnOnce() -> R) -> R {
    // A fixed snapshot stays what everything sees, foreign keys included; `forget_if_fixed` does the rest.
    if is_fixed() { read() } else { of_now(read) }
}

/// Runs `read` on the latest committed state even where the transaction sees another one throughout: for what must not be
/// overlooked. Only streams read on it.
pub fn of_now<R>(read: impl FnOnce() -> R) -> R {
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

/// Whether something was committed since the snapshot of this transaction was taken, which a fixed snapshot does not see.
pub fn is_outdated() -> bool {
    if !is_fixed() {
        return false;
    }
    // SAFETY: both snapshots stay as they are while their parts are read.
    unsafe {
        let (own, latest) = (pg_sys::GetTransactionSnapshot(), pg_sys::GetLatestSnapshot());
        // What was undone left nothing; of a transaction's parts it is enough to look at the whole, which is older.
        let was_committed = |xid: pg_sys::TransactionId| {
            !pg_sys::XidInMVCCSnapshot(xid, latest)
                && !pg_sys::TransactionIdIsCurrentTransactionId(xid)
                && pg_sys::TransactionIdDidCommit(xid)
        };
        let was_running = |place: u32| *(*own).xip.add(place as usize);
        if (0..(*own).xcnt).map(was_running).any(was_committed) {
            return true;
        }
        // Those who began since. The first one that is in neither is where the latest snapshot ends.
        let next = |xid: &pg_sys::TransactionId| {
            let number = xid.into_inner().wrapping_add(1);
            Some(pg_sys::TransactionId::from(number.max(pg_sys::FirstNormalTransactionId.into_inner())))
        };
        std::iter::successors(Some((*own).xmax), next).take_while(|xid| *xid != (*latest).xmax).any(was_committed)
    }
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
