//! Memory of Postgres for one batch.

use pgrx::memcxt::PgMemoryContexts;

/// Runs `work` with memory that is given back at its end, so that a million rows need no more than ten thousand do.
/// What `work` returns and keeps must be memory of Rust.
pub fn scratch<R>(work: impl FnOnce() -> R) -> R {
    // SAFETY: nothing allocated by Postgres inside leaves: all results of the store are owned by Rust.
    unsafe { PgMemoryContexts::new("referrals batch").switch_to(|_| work()) }
}
