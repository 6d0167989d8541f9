//! The next number of a sequence of the extension.

use pgrx::{direct_function_call, pg_sys};
use std::ffi::CStr;

/// Takes the next number, as nextval() does.
pub fn next(name: &CStr) -> i64 {
    // SAFETY: look-ups by name; a sequence that is missing raises an error.
    unsafe {
        let schema = pg_sys::get_namespace_oid(c"referrals".as_ptr(), false);
        let sequence = pg_sys::get_relname_relid(name.as_ptr(), schema);
        direct_function_call(pg_sys::nextval_oid, &[Some(sequence.into())]).expect("a sequence has a next number")
    }
}
