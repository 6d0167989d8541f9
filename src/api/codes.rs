//! Codes: normalise, look up, make.

use crate::domain::code::{self, Code};
use crate::engine::codes::free;
use crate::store::participant;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(sql = false)]
fn normalize_code(code: &str) -> String {
    code::normalize(code)
}

#[pg_extern(sql = false)]
fn lookup(code: &str) -> Option<String> {
    participant::key_by_code(Code::parse(code)?.as_str())
}

#[pg_extern(sql = false)]
fn code_of(user_key: &str) -> Option<String> {
    participant::code_by_key(user_key)
}

#[pg_extern(sql = false)]
fn generate_code(label: Option<&str>) -> Result<String, ErrorReport> {
    Ok(free(label)?.into_string())
}
