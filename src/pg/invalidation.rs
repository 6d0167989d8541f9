//! Tells when what a session has cached from a table may be stale.

use pgrx::{pg_guard, pg_sys};
use std::cell::{Cell, RefCell};

thread_local! {
    static EPOCH: Cell<u64> = const { Cell::new(0) };
    static WATCHED: RefCell<Vec<pg_sys::Oid>> = const { RefCell::new(Vec::new()) };
}

/// Grows whenever a watched table was changed or a subscription to any was made, changed or dropped, here or by a
/// committed transaction elsewhere.
pub fn epoch() -> u64 {
    // A transaction that holds its locks already hears of nothing by itself.
    // SAFETY: what taking any lock does; cheap when there is nothing to hear.
    unsafe { pg_sys::AcceptInvalidationMessages() }
    EPOCH.get()
}

/// Makes everything cached stale.
pub fn forget() {
    EPOCH.set(EPOCH.get().wrapping_add(1));
}

/// Makes changes of these tables grow the epoch. Replaces the tables watched before.
pub fn watch(tables: Vec<pg_sys::Oid>) {
    WATCHED.replace(tables);
}

/// Tells every session, this one included, that a table was changed; the others hear of it when this commits.
pub fn announce(table: pg_sys::Oid) {
    // SAFETY: the table is one that a trigger fires on, so it exists and is locked.
    unsafe { pg_sys::CacheInvalidateRelcacheByRelid(table) }
}

/// Starts listening. Called once, when the library is loaded.
pub fn listen() {
    let nothing = pg_sys::Datum::from(0);
    // SAFETY: the callbacks live as long as the library, which is never unloaded.
    unsafe {
        pg_sys::CacheRegisterRelcacheCallback(Some(on_invalidation), nothing);
        for cache in [pg_sys::SysCacheIdentifier::SUBSCRIPTIONOID, pg_sys::SysCacheIdentifier::SUBSCRIPTIONRELMAP] {
            pg_sys::CacheRegisterSyscacheCallback(cache as i32, Some(on_subscription), nothing);
        }
    }
}

/// Called by Postgres when a subscription was changed, or has taken up a table or left one.
#[pg_guard]
unsafe extern "C-unwind" fn on_subscription(_argument: pg_sys::Datum, _cache: i32, _hash: u32) {
    forget();
}

/// Called by Postgres with the table, or with zero when everything may be stale.
#[pg_guard]
unsafe extern "C-unwind" fn on_invalidation(_argument: pg_sys::Datum, table: pg_sys::Oid) {
    let concerned = table == pg_sys::InvalidOid
        || WATCHED.with(|watched| watched.try_borrow().map_or(true, |watched| watched.contains(&table)));
    if concerned {
        forget();
    }
}
