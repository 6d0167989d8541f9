//! Who is calling, with whose rights the work is done, and what is locked for it.

use pgrx::pg_sys;

/// Whether the caller has the rights of a role: is that role, a member that inherits from it, or a superuser.
///
/// The caller is the current user: whoever runs the code that calls, be it inside an index expression or a function.
pub fn caller_has_rights_of(role: pg_sys::Oid) -> bool {
    // SAFETY: catalogue look-ups.
    unsafe { pg_sys::has_privs_of_role(pg_sys::GetUserId(), role) }
}

/// Who owns a table, as of now and not as of a snapshot; `None` if there is none of this id.
pub fn owner_of(table: pg_sys::Oid) -> Option<pg_sys::Oid> {
    // SAFETY: the row is copied from before it is given back.
    unsafe {
        let row = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::RELOID as i32, table.into());
        if row.is_null() {
            return None;
        }
        let owner = (*pg_sys::GETSTRUCT(row).cast::<pg_sys::FormData_pg_class>()).relowner;
        pg_sys::ReleaseSysCache(row);
        Some(owner)
    }
}

/// Whether row level security hides rows of a table from the caller or from its owner: not all could be registered, and
/// the audit trail would show what was hidden.
pub fn hides_rows(table: pg_sys::Oid, owner: pg_sys::Oid) -> bool {
    // SAFETY: reads a variable of this backend.
    hides_rows_from(table, unsafe { pg_sys::GetUserId() }) || hides_rows_from(table, owner)
}

/// Whether row level security hides rows of a table from a role.
pub fn hides_rows_from(table: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: catalogue look-ups; the table is locked.
    unsafe { pg_sys::check_enable_rls(table, role, true) == pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32 }
}

/// Does work with another role's rights, as SECURITY DEFINER would, but after the caller has been checked.
pub fn with_rights_of<R>(role: pg_sys::Oid, work: impl FnOnce() -> R) -> R {
    switched(role, pg_sys::SECURITY_LOCAL_USERID_CHANGE, work)
}

/// Does work that may run code of the owner of a table, such as functions in its indexes, with that owner's rights alone,
/// as REINDEX and ANALYZE do: it can neither change who it is nor leave a setting behind.
pub fn confined_to<R>(owner: pg_sys::Oid, work: impl FnOnce() -> R) -> R {
    // SAFETY: the level is closed again, with the settings made in it; an abort closes it as well.
    unsafe {
        let level = pg_sys::NewGUCNestLevel();
        let result =
            switched(owner, pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION, work);
        pg_sys::AtEOXact_GUC(false, level);
        result
    }
}

fn switched<R>(role: pg_sys::Oid, flags: u32, work: impl FnOnce() -> R) -> R {
    let mut caller = pg_sys::InvalidOid;
    let mut context = 0;
    // SAFETY: set back at the end; if the work raises, the abort of the transaction sets it back.
    unsafe {
        pg_sys::GetUserIdAndSecContext(&mut caller, &mut context);
        pg_sys::SetUserIdAndSecContext(role, context | flags as i32);
        let result = work();
        pg_sys::SetUserIdAndSecContext(caller, context);
        result
    }
}

/// Keeps a table from being dropped or rewritten until the end of the transaction; everybody may read and write.
pub fn hold_table(table: pg_sys::Oid) {
    // SAFETY: a lock of a table that was looked up; it is released with the transaction.
    unsafe { pg_sys::LockRelationOid(table, pg_sys::AccessShareLock as i32) }
}

/// Keeps others from writing to a table until the end of the transaction, as CREATE TRIGGER will.
pub fn lock_table(table: pg_sys::Oid) {
    // SAFETY: a lock of a table that was looked up; it is released with the transaction.
    unsafe { pg_sys::LockRelationOid(table, pg_sys::ShareRowExclusiveLock as i32) }
}
