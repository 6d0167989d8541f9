//! Which cluster and database this is: what go_live binds live mode to.

use pgrx::pg_sys;
use std::ffi::CStr;

/// A cluster and a database in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The cluster's system identifier: kept by replicas and by fail-over, not by a dump.
    pub system_identifier: String,
    /// The database's name.
    pub database_name: String,
}

/// The identity of the database that this session is in.
pub fn current() -> Identity {
    // SAFETY: both are plain look-ups that need a connected backend; the name is copied at once.
    unsafe {
        let name = pg_sys::get_database_name(pg_sys::MyDatabaseId);
        Identity {
            system_identifier: system_identifier(),
            database_name: CStr::from_ptr(name).to_string_lossy().into_owned(),
        }
    }
}

/// The cluster's system identifier.
pub fn system_identifier() -> String {
    // SAFETY: a plain look-up that needs a connected backend.
    unsafe { pg_sys::GetSystemIdentifier() }.to_string()
}
