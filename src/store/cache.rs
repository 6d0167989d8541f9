//! What a backend keeps of rarely changed tables, until somebody changes them.

use crate::pg::{invalidation, snapshot};
use pgrx::pg_sys;
use std::cell::RefCell;
use std::rc::Rc;

/// A copy of something in referrals.program, plan, environment, epoch or erased, which the triggers on these tables make
/// stale, or of what is subscribed to.
pub struct Cached<T>(RefCell<Option<(u64, Rc<T>)>>);

impl<T> Cached<T> {
    /// Nothing yet.
    pub const fn new() -> Cached<T> {
        Cached(RefCell::new(None))
    }

    /// The copy, read anew if it is stale.
    pub fn get(&self, read: impl FnOnce() -> T) -> Rc<T> {
        // From before the rows are read: a change that comes in between makes the copy stale.
        let epoch = invalidation::epoch();
        if let Some((read_at, copy)) = &*self.0.borrow()
            && *read_at == epoch
        {
            return Rc::clone(copy);
        }
        watch();
        let copy = Rc::new(snapshot::latest(read));
        self.0.replace(Some((epoch, Rc::clone(&copy))));
        snapshot::forget_if_fixed();
        copy
    }
}

/// Makes changes of the tables grow the epoch. Their ids change when the extension is made anew.
fn watch() {
    // SAFETY: catalogue look-ups by name; a missing table gives an invalid id, which matches nothing.
    let tables = unsafe {
        let schema = pg_sys::get_namespace_oid(c"referrals".as_ptr(), true);
        [c"program", c"plan", c"environment", c"epoch", c"erased"]
            .map(|name| pg_sys::get_relname_relid(name.as_ptr(), schema))
    };
    invalidation::watch(tables.to_vec());
}
