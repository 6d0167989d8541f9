//! Rows by a unique key, straight from its index: what `SELECT ... WHERE key = $1` finds, and `FOR NO KEY UPDATE` locks,
//! without an executor that costs several times what the row does. Only reads and locks; what is written goes by SQL,
//! which checks every constraint.

use super::numeric::Numeric;
use super::snapshot;
use crate::domain::timestamp::Timestamp;
use pgrx::prelude::PgSqlErrorCode;
use pgrx::{FromDatum, IntoDatum, ereport, pg_sys};
use std::ffi::CStr;

/// A unique index of a table of the extension.
pub struct UniqueIndex {
    /// The table.
    pub table: &'static CStr,
    /// Its index.
    pub index: &'static CStr,
}

/// Which rows are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Those that the calling query sees.
    ByQuery,
    /// Those that a statement begun now would see: what others have committed meanwhile included.
    Now,
}

/// One column of a key, and how its type compares.
pub struct Key {
    datum: pg_sys::Datum,
    equality: u32,
}

impl From<&str> for Key {
    fn from(text: &str) -> Key {
        Key { datum: text.into_datum().expect("a text is a value"), equality: pg_sys::F_TEXTEQ }
    }
}

impl From<i64> for Key {
    fn from(number: i64) -> Key {
        Key { datum: number.into(), equality: pg_sys::F_INT8EQ }
    }
}

/// What can be read from a row: values of Rust's own, which outlive it.
pub trait Owned: FromDatum {}
impl Owned for i32 {}
impl Owned for i64 {}
impl Owned for String {}
impl Owned for Timestamp {}
impl Owned for Numeric {}

/// A row that was found.
pub struct Row {
    slot: *mut pg_sys::TupleTableSlot,
}

impl Row {
    /// A column of the table, counted from 1; `None` for NULL.
    pub fn column<T: Owned>(&self, number: usize) -> Option<T> {
        // SAFETY: the slot holds a row of the table, and the store names the columns that it has.
        unsafe {
            if ((*self.slot).tts_nvalid as usize) < number {
                pg_sys::slot_getsomeattrs_int(self.slot, number as i32);
            }
            T::from_datum(*(*self.slot).tts_values.add(number - 1), *(*self.slot).tts_isnull.add(number - 1))
        }
    }

    /// A column that is never NULL.
    pub fn required<T: Owned>(&self, number: usize) -> T {
        self.column(number).expect("a column that is NOT NULL")
    }
}

impl UniqueIndex {
    /// Reads the row of a key, if there is one. What `read` gives must be Rust's own.
    pub fn find<R>(&self, key: &[Key], seen: Seen, read: impl FnOnce(&Row) -> R) -> Option<R> {
        self.scan(key, seen, pg_sys::AccessShareLock, pg_sys::AccessShareLock, |_, row| read(row))
    }

    /// Locks the row of a key until the end of the transaction, if there is one that is visible now, and reads its latest
    /// version. Waits for whoever holds it.
    ///
    /// Raises 40001 where the transaction's snapshot is fixed and somebody has changed the row since, and 25006 in a
    /// transaction that can only read.
    pub fn lock<R>(&self, key: &[Key], read: impl FnOnce(&Row) -> R) -> Option<R> {
        // SAFETY: raises, or does nothing.
        unsafe { pg_sys::PreventCommandIfReadOnly(c"a lock on a row".as_ptr()) }
        // The table stays locked as long as the row does: nobody can rewrite it meanwhile.
        self.scan(key, Seen::Now, pg_sys::RowShareLock, pg_sys::NoLock, |table, row| {
            // SAFETY: the slot holds a row of this open table.
            unsafe { lock_row(table, row.slot) }
            read(row)
        })
    }

    fn scan<R>(
        &self,
        key: &[Key],
        seen: Seen,
        lock: u32,
        unlock: u32,
        visit: impl FnOnce(pg_sys::Relation, &Row) -> R,
    ) -> Option<R> {
        let (lock, unlock) = (lock as pg_sys::LOCKMODE, unlock as pg_sys::LOCKMODE);
        // SAFETY: everything opened here is closed here; if something raises, the abort of the transaction closes it.
        unsafe {
            let schema = pg_sys::get_namespace_oid(c"referrals".as_ptr(), false);
            let table = pg_sys::table_open(pg_sys::get_relname_relid(self.table.as_ptr(), schema), lock);
            let index = pg_sys::index_open(pg_sys::get_relname_relid(self.index.as_ptr(), schema), lock);
            let mut keys = [pg_sys::ScanKeyData::default(); 2];
            for (place, part) in key.iter().enumerate() {
                pg_sys::ScanKeyEntryInitialize(
                    &mut keys[place],
                    0,
                    place as i16 + 1,
                    pg_sys::BTEqualStrategyNumber as u16,
                    pg_sys::InvalidOid,
                    *(*index).rd_indcollation.add(place),
                    part.equality.into(),
                    part.datum,
                );
            }
            let snapshot = pg_sys::RegisterSnapshot(match seen {
                Seen::ByQuery => pg_sys::GetActiveSnapshot(),
                Seen::Now => pg_sys::GetTransactionSnapshot(),
            });
            let slot = pg_sys::table_slot_create(table, std::ptr::null_mut());
            let count = key.len() as i32;
            #[cfg(feature = "pg18")]
            let scan = pg_sys::index_beginscan(table, index, snapshot, std::ptr::null_mut(), count, 0);
            #[cfg(not(feature = "pg18"))]
            let scan = pg_sys::index_beginscan(table, index, snapshot, count, 0);
            pg_sys::index_rescan(scan, keys.as_mut_ptr(), count, std::ptr::null_mut(), 0);
            let found = pg_sys::index_getnext_slot(scan, pg_sys::ScanDirection::ForwardScanDirection, slot)
                .then(|| visit(table, &Row { slot }));
            pg_sys::index_endscan(scan);
            pg_sys::ExecDropSingleTupleTableSlot(slot);
            pg_sys::UnregisterSnapshot(snapshot);
            pg_sys::index_close(index, unlock);
            pg_sys::table_close(table, unlock);
            found
        }
    }
}

/// Locks the row in a slot, and puts its latest version there. The key of a row never changes, so it need not be
/// compared again.
///
/// # Safety
/// The slot must hold a row of the table, which is open.
unsafe fn lock_row(table: pg_sys::Relation, slot: *mut pg_sys::TupleTableSlot) {
    let is_fixed = snapshot::is_fixed();
    let flags = if is_fixed { 0 } else { pg_sys::TUPLE_LOCK_FLAG_FIND_LAST_VERSION };
    // SAFETY: the caller's promise; the arguments are those of SELECT ... FOR NO KEY UPDATE.
    let result = unsafe {
        let mut failure = pg_sys::TM_FailureData::default();
        let mut place = (*slot).tts_tid;
        let lock = (*(*table).rd_tableam).tuple_lock.expect("every table can lock rows");
        lock(
            table,
            &mut place,
            pg_sys::GetTransactionSnapshot(),
            slot,
            pg_sys::GetCurrentCommandId(false),
            pg_sys::LockTupleMode::LockTupleNoKeyExclusive,
            pg_sys::LockWaitPolicy::LockWaitBlock,
            flags as u8,
            &mut failure,
        )
    };
    match result {
        pg_sys::TM_Result::TM_Ok => (),
        pg_sys::TM_Result::TM_Updated | pg_sys::TM_Result::TM_Deleted => {
            ereport!(
                ERROR,
                PgSqlErrorCode::ERRCODE_T_R_SERIALIZATION_FAILURE,
                "could not serialize access due to concurrent update"
            );
        }
        other => panic!("a row could not be locked: result {other}"),
    }
}
