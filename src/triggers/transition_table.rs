//! Reads the rows of a statement straight from the tuplestore behind its transition table: no SPI query, which would
//! cost a single sign-up a third.

use crate::domain::timestamp::Timestamp;
use crate::pg::timestamp::from_raw;
use pgrx::{FromDatum, direct_function_call, pg_sys};
use std::ffi::{CStr, CString};

/// The first day after the year 9999, counted from 2000-01-01, and the first of the year 1.
const DAYS: std::ops::Range<i32> = -730_119..2_921_940;
const DAY_MICROS: i64 = 86_400_000_000;

/// The new rows of a statement, in their order.
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
    /// Whether [`TransitionTable::time`] can read it.
    pub fn is_time(self) -> bool {
        // SAFETY: a look-up of a type that a column has.
        let base = unsafe { pg_sys::getBaseType(self.type_oid) };
        [pg_sys::TIMESTAMPTZOID, pg_sys::TIMESTAMPOID, pg_sys::DATEOID].contains(&base)
    }
}

impl TransitionTable {
    /// The new rows of the statement that fired an AFTER trigger with a NEW TABLE.
    ///
    /// # Safety
    /// The trigger data must be what Postgres fired the trigger with, and outlive the result.
    pub unsafe fn new(data: &pg_sys::TriggerData) -> TransitionTable {
        let store = data.tg_newtable;
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

    /// The column of a name, or `None` if the table has none.
    pub fn column(&self, name: &str) -> Option<Column> {
        let name = CString::new(name).ok()?;
        // SAFETY: the slot has the description of the table.
        let columns = unsafe { pgrx::PgTupleDesc::from_pg_unchecked((*self.slot).tts_tupleDescriptor) };
        (0..columns.len()).find_map(|index| {
            let column = columns.get(index)?;
            // SAFETY: a name is a C string.
            let matches = !column.attisdropped && unsafe { CStr::from_ptr(column.attname.data.as_ptr()) } == &*name;
            matches.then_some(Column { number: index + 1, type_oid: column.atttypid })
        })
    }

    fn datum(&self, column: Column) -> Option<pg_sys::Datum> {
        // SAFETY: the slot holds a row, and the column is one of its own.
        unsafe {
            if ((*self.slot).tts_nvalid as usize) < column.number {
                pg_sys::slot_getsomeattrs_int(self.slot, column.number as i32);
            }
            let index = column.number - 1;
            (!*(*self.slot).tts_isnull.add(index)).then(|| *(*self.slot).tts_values.add(index))
        }
    }

    /// The text of a value of the current row; blank-padded text comes unpadded.
    pub fn text(&self, column: Column) -> Option<String> {
        let datum = self.datum(column)?;
        // SAFETY: the type that each value is read as is the column's own.
        unsafe {
            match column.type_oid {
                pg_sys::TEXTOID | pg_sys::VARCHAROID => String::from_datum(datum, false),
                pg_sys::INT8OID => i64::from_datum(datum, false).map(|number| number.to_string()),
                pg_sys::INT4OID => i32::from_datum(datum, false).map(|number| number.to_string()),
                other => {
                    let text = output(datum, other);
                    let is_padded = pg_sys::getBaseType(other) == pg_sys::BPCHAROID;
                    Some(if is_padded { text.trim_end_matches(' ').to_owned() } else { text })
                }
            }
        }
    }

    /// The time in a column of type timestamptz, timestamp or date, the latter two in the session's time zone. Times
    /// that nothing can be done with come out as an infinity.
    pub fn time(&self, column: Column) -> Option<Timestamp> {
        let datum = self.datum(column)?;
        // SAFETY: as above.
        unsafe {
            Some(match pg_sys::getBaseType(column.type_oid) {
                pg_sys::TIMESTAMPTZOID => from_raw(datum.value() as i64),
                pg_sys::TIMESTAMPOID => {
                    let raw = datum.value() as i64;
                    let days = raw.div_euclid(DAY_MICROS);
                    if !i32::try_from(days).is_ok_and(|days| DAYS.contains(&days)) {
                        return Some(Timestamp::INFINITY);
                    }
                    from_raw(direct_function_call::<i64>(pg_sys::timestamp_timestamptz, &[Some(datum)])?)
                }
                pg_sys::DATEOID => {
                    if !DAYS.contains(&(datum.value() as i32)) {
                        return Some(Timestamp::INFINITY);
                    }
                    from_raw(direct_function_call::<i64>(pg_sys::date_timestamptz, &[Some(datum)])?)
                }
                _ => return None,
            })
        }
    }
}

impl Drop for TransitionTable {
    fn drop(&mut self) {
        // SAFETY: the slot was made by `new` and holds a reference to the table's description.
        unsafe { pg_sys::ExecDropSingleTupleTableSlot(self.slot) }
    }
}

/// The text form of any value, by its type's output function.
///
/// # Safety
/// The value must be of the type.
unsafe fn output(datum: pg_sys::Datum, type_oid: pg_sys::Oid) -> String {
    let mut function = pg_sys::InvalidOid;
    let mut is_varlena = false;
    // SAFETY: the output function of a type takes its values and gives a C string, which is copied and freed.
    unsafe {
        pg_sys::getTypeOutputInfo(type_oid, &mut function, &mut is_varlena);
        let text = pg_sys::OidOutputFunctionCall(function, datum);
        let copy = CStr::from_ptr(text).to_string_lossy().into_owned();
        pg_sys::pfree(text.cast());
        copy
    }
}
