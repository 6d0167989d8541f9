//! Reads the rows of a statement straight from the tuplestore behind its transition table: no SPI query, which would
//! cost a single sign-up a third.

use crate::pg::condition::Condition;
use crate::pg::value::{self, Value};
use pgrx::pg_sys;
use std::ffi::{CStr, CString};

/// The new or the old rows of a statement, in their order.
pub struct TransitionTable {
    store: *mut pg_sys::Tuplestorestate,
    slot: *mut pg_sys::TupleTableSlot,
    pointer: i32,
}

/// A column of the table that the trigger is on.
#[derive(Clone, Copy)]
pub struct Column {
    number: usize,
    type_oid: pg_sys::Oid,
}

impl Column {
    /// Whether it holds exact numbers.
    pub fn is_number(self) -> bool {
        value::is_number(self.type_oid)
    }

    /// Whether it holds points in time.
    pub fn is_time(self) -> bool {
        value::is_time(self.type_oid)
    }
}

impl TransitionTable {
    /// The new rows of the statement that fired an AFTER trigger with a NEW TABLE.
    ///
    /// # Safety
    /// The trigger data must be what Postgres fired the trigger with, and outlive the result.
    pub unsafe fn new_rows(data: &pg_sys::TriggerData) -> TransitionTable {
        // SAFETY: the caller's promise is passed on.
        unsafe { TransitionTable::of(data, data.tg_newtable) }
    }

    /// The old rows of the UPDATE that fired an AFTER trigger with an OLD TABLE, in the order of the new ones.
    ///
    /// # Safety
    /// As for the new rows.
    pub unsafe fn old_rows(data: &pg_sys::TriggerData) -> TransitionTable {
        // SAFETY: the caller's promise is passed on.
        unsafe { TransitionTable::of(data, data.tg_oldtable) }
    }

    unsafe fn of(data: &pg_sys::TriggerData, store: *mut pg_sys::Tuplestorestate) -> TransitionTable {
        // SAFETY: a read pointer of our own, since other triggers read the same tuplestore.
        unsafe {
            let pointer = pg_sys::tuplestore_alloc_read_pointer(store, pg_sys::EXEC_FLAG_REWIND as i32);
            let description = (*data.tg_relation).rd_att;
            let slot = pg_sys::MakeSingleTupleTableSlot(description, &raw const pg_sys::TTSOpsMinimalTuple);
            let table = TransitionTable { store, slot, pointer };
            table.rewind();
            table
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        // SAFETY: the tuplestore lives as long as the trigger runs.
        unsafe { pg_sys::tuplestore_tuple_count(self.store) as usize }
    }

    /// Back to before the first row.
    pub fn rewind(&self) {
        // SAFETY: as above; the pointer was allocated in it.
        unsafe {
            pg_sys::tuplestore_select_read_pointer(self.store, self.pointer);
            pg_sys::tuplestore_rescan(self.store);
        }
    }

    /// On to the next row; false after the last.
    pub fn advance(&self) -> bool {
        // SAFETY: as above. Selected anew each time: a statement run in between may have moved another pointer.
        unsafe {
            pg_sys::tuplestore_select_read_pointer(self.store, self.pointer);
            pg_sys::tuplestore_gettupleslot(self.store, true, false, self.slot)
        }
    }

    /// The column of a name, or `None` if the table has none, or one that is generated when it is read: a trigger never
    /// sees its value.
    pub fn column(&self, name: &str) -> Option<Column> {
        let name = CString::new(name).ok()?;
        // SAFETY: the slot has the description of the table.
        let columns = unsafe { pgrx::PgTupleDesc::from_pg_unchecked((*self.slot).tts_tupleDescriptor) };
        (0..columns.len()).find_map(|index| {
            let column = columns.get(index)?;
            // SAFETY: a name is a C string.
            let readable = !column.attisdropped && column.attgenerated as u8 != b'v';
            let matches = readable && unsafe { CStr::from_ptr(column.attname.data.as_ptr()) } == &*name;
            matches.then_some(Column { number: index + 1, type_oid: column.atttypid })
        })
    }

    /// The value in a column of the current row; `None` for NULL.
    pub fn value(&self, column: Column) -> Option<Value> {
        // SAFETY: the slot holds a row, the column is one of its own, and the value is read before the next row.
        unsafe {
            if ((*self.slot).tts_nvalid as usize) < column.number {
                pg_sys::slot_getsomeattrs_int(self.slot, column.number as i32);
            }
            let index = column.number - 1;
            let is_null = *(*self.slot).tts_isnull.add(index);
            (!is_null).then(|| Value::new(*(*self.slot).tts_values.add(index), column.type_oid))
        }
    }

    /// Whether a condition on the table holds for the current row.
    pub fn satisfies(&self, condition: &Condition) -> bool {
        // SAFETY: the slot holds a row of the table that the trigger is on.
        unsafe { condition.holds(self.slot) }
    }

    /// Lets go of the table's description. Not done by dropping: while an error unwinds, Postgres lets go of it itself.
    pub fn close(self) {
        // SAFETY: the slot was made by `new`, and nobody uses it from here on.
        unsafe { pg_sys::ExecDropSingleTupleTableSlot(self.slot) }
    }
}
