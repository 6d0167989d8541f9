//! Grants a role what its work needs.

use super::error::Error;
use super::records;
use crate::store::{access, ledger};
use pgrx::pg_sys::Oid;
use serde_json::json;

/// Grants a level, with what it includes.
pub fn grant(role: Oid, level: &str) -> Result<(), Error> {
    if !access::levels().any(|known| known == level) {
        let levels = access::levels().collect::<Vec<_>>().join(", ");
        return Err(Error::UnknownLevel { level: level.to_owned(), levels });
    }
    if !access::is_there(level) {
        return Err(Error::LevelOfLaterVersion { level: level.to_owned(), version: access::version() });
    }
    let role = access::role_name(role).ok_or(Error::UnknownRole)?;
    access::grant(&role, level);
    ledger::note(&records::entry("access_granted", None, None, json!({"role": role, "level": level})));
    Ok(())
}
