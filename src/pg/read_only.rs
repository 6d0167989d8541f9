//! Whether this transaction may write.

use pgrx::pg_sys;

/// Whether it may not: it was begun as READ ONLY, or on a standby.
pub fn is_read_only() -> bool {
    // SAFETY: reads a variable of this backend.
    unsafe { pg_sys::XactReadOnly }
}

/// Whether this server is a standby now: it replays what a primary wrote.
pub fn is_standby() -> bool {
    // SAFETY: reads the shared state of the server.
    unsafe { pg_sys::RecoveryInProgress() }
}
