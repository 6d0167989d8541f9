//! Bytes that nobody can predict.

use pgrx::pg_sys;
use std::cell::RefCell;

/// How many bytes are fetched at a time: where the server asks the operating system, each fetch opens a file.
const POOL: usize = 512;

thread_local! {
    /// What was fetched and not given out yet, and how much of it is left at the end. A backend's own: it is filled at the
    /// first use, after the fork.
    static FETCHED: RefCell<([u8; POOL], usize)> = const { RefCell::new(([0; POOL], 0)) };
}

/// Fills the buffer, which is smaller than the pool, from the server's cryptographic generator.
pub fn fill(bytes: &mut [u8]) {
    assert!(bytes.len() <= POOL, "more than the pool holds");
    FETCHED.with_borrow_mut(|(pool, left)| {
        if *left < bytes.len() {
            // SAFETY: the pointer and the length are those of the pool.
            let filled = unsafe { pg_sys::pg_strong_random(pool.as_mut_ptr().cast(), POOL) };
            assert!(filled, "the server's random number generator failed");
            *left = POOL;
        }
        bytes.copy_from_slice(&pool[*left - bytes.len()..*left]);
        *left -= bytes.len();
    });
}
