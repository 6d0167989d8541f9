//! Bytes that nobody can predict.

use pgrx::pg_sys;

/// Fills the buffer from the server's cryptographic generator.
pub fn fill(bytes: &mut [u8]) {
    // SAFETY: the pointer and the length are those of the buffer.
    let filled = unsafe { pg_sys::pg_strong_random(bytes.as_mut_ptr().cast(), bytes.len()) };
    assert!(filled, "the server's random number generator failed");
}
