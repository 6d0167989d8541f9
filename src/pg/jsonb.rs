//! `jsonb` arguments.

use pgrx::{AnyElement, direct_function_call, pg_sys};
use serde_json::Value;
use std::ffi::CStr;

/// Reads a jsonb argument with its numbers exact; the error says why it cannot be read, such as nesting too deep.
pub fn to_value(argument: AnyElement) -> Result<Value, String> {
    // SAFETY: the SQL function declares the argument as jsonb, whose output function gives a C string.
    let text = unsafe { direct_function_call::<&CStr>(pg_sys::jsonb_out, &[Some(argument.datum())]) };
    let text = text.expect("a jsonb has a text").to_str().expect("the database is UTF8");
    serde_json::from_str(text).map_err(|error| error.to_string())
}
