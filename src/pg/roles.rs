//! Who is calling, behind the SECURITY DEFINER that our functions run under.

use pgrx::pg_sys;

/// Whether the caller may put a trigger on a table by hand: has TRIGGER and SELECT on it.
pub fn may_attach(table: pg_sys::Oid) -> bool {
    // SAFETY: plain catalogue look-ups; a missing table was refused before.
    unsafe {
        let caller = pg_sys::GetOuterUserId();
        let wanted = pg_sys::AclMode::from(pg_sys::ACL_TRIGGER | pg_sys::ACL_SELECT);
        pg_sys::pg_class_aclmask(table, caller, wanted, pg_sys::AclMaskHow::ACLMASK_ALL) == wanted
    }
}
