//! Who is calling, and with whose rights the work is done.

use pgrx::pg_sys;

/// Whether the caller may put a trigger on a table by hand: has TRIGGER and SELECT on it.
///
/// The caller is the current user: whoever runs the code that calls, be it inside an index expression or a function.
pub fn may_attach(table: pg_sys::Oid) -> bool {
    // SAFETY: plain catalogue look-ups; a missing table was refused before.
    unsafe {
        let wanted = pg_sys::AclMode::from(pg_sys::ACL_TRIGGER | pg_sys::ACL_SELECT);
        pg_sys::pg_class_aclmask(table, pg_sys::GetUserId(), wanted, pg_sys::AclMaskHow::ACLMASK_ALL) == wanted
    }
}

/// Does work with another role's rights, as SECURITY DEFINER would, but after the caller has been checked.
pub fn with_rights_of<R>(role: pg_sys::Oid, work: impl FnOnce() -> R) -> R {
    let mut caller = pg_sys::InvalidOid;
    let mut context = 0;
    // SAFETY: set back at the end; if the work raises, the abort of the transaction sets it back.
    unsafe {
        pg_sys::GetUserIdAndSecContext(&mut caller, &mut context);
        pg_sys::SetUserIdAndSecContext(role, context | pg_sys::SECURITY_LOCAL_USERID_CHANGE as i32);
        let result = work();
        pg_sys::SetUserIdAndSecContext(caller, context);
        result
    }
}
