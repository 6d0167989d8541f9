//! The passes by which our own functions get by the guards of the record. No settings: no role can turn one on.

use std::cell::Cell;

/// A change that a guard lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The deletions of purge_mock.
    Purge,
    /// The loss of a person's key by erase.
    Erase,
}

thread_local! {
    static OPEN: Cell<Option<Change>> = const { Cell::new(None) };
}

/// Lets the guards pass a change until it is dropped: at the end, or when an error unwinds.
pub struct Pass(());

impl Pass {
    /// Opens it.
    pub fn open(change: Change) -> Pass {
        OPEN.set(Some(change));
        Pass(())
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        OPEN.set(None);
    }
}

/// Whether the change now under way is this one.
pub fn is_open(change: Change) -> bool {
    OPEN.get() == Some(change)
}
