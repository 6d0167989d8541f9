//! Codes: normalise, look up, make.

use crate::domain::code;
use crate::engine::codes;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(sql = false)]
fn normalize_code(code: &str) -> String {
    code::normalize(code)
}

#[pg_extern(sql = false)]
fn lookup(code: &str) -> Option<String> {
    codes::lookup(code)
}

#[pg_extern(sql = false)]
fn code_of(user_key: &str) -> Option<String> {
    codes::code_of(user_key)
}

#[pg_extern(sql = false)]
fn generate_code(label: Option<&str>) -> Result<String, ErrorReport> {
    Ok(codes::free(label)?.into_string())
}
