//! Conditions on rows of a table that a query has read: evaluated as the trigger does, on a row put together again from
//! the columns that they read.

use super::condition::Condition;
use super::value::Value;
use pgrx::{PgTupleDesc, name_data_to_str, pg_sys};

/// A table that is open, and room for one row of it.
pub struct JudgedTable {
    relation: pg_sys::Relation,
    slot: *mut pg_sys::TupleTableSlot,
}

impl JudgedTable {
    /// Opens a table; `None` if there is none of this id.
    pub fn open(table: pg_sys::Oid) -> Option<JudgedTable> {
        // SAFETY: closed again by `close`; if something raises, the abort closes it.
        unsafe {
            let relation = pg_sys::try_relation_open(table, pg_sys::AccessShareLock as i32);
            if relation.is_null() {
                return None;
            }
            let slot = pg_sys::MakeSingleTupleTableSlot((*relation).rd_att, &raw const pg_sys::TTSOpsVirtual);
            pg_sys::ExecStoreAllNullTuple(slot);
            Some(JudgedTable { relation, slot })
        }
    }

    /// Reads a condition on it. Names resolve as the search_path says; raises what Postgres has to say about it.
    pub fn condition(&self, text: &str) -> Result<Condition, &'static str> {
        // SAFETY: the relation is open, and conditions are used as long as it is.
        unsafe { Condition::new(text, self.relation) }
    }

    /// The columns that conditions read, by number and name.
    pub fn columns<'a>(&self, conditions: impl Iterator<Item = &'a Condition>) -> Vec<(usize, String)> {
        let read: Vec<i32> = conditions.flat_map(Condition::columns).collect();
        // SAFETY: the relation is open.
        let description = unsafe { PgTupleDesc::from_pg_unchecked((*self.relation).rd_att) };
        let column = |index: usize| {
            let column = description.get(index).filter(|column| !column.attisdropped)?;
            let is_read = read.contains(&0) || read.contains(&(index as i32 + 1));
            is_read.then(|| (index + 1, name_data_to_str(&column.attname).to_owned()))
        };
        (0..description.len()).filter_map(column).collect()
    }

    /// Makes values the current row; the columns that are not named are NULL. False if a value is of another type than
    /// its column: the query read by name, and the name may have become another table's.
    #[must_use]
    pub fn set_row(&self, values: impl Iterator<Item = (usize, Option<Value>)>) -> bool {
        // SAFETY: the slot has a place for each column of the table, and holds the row as long as the values are there.
        unsafe {
            pg_sys::ExecStoreAllNullTuple(self.slot);
            let description = PgTupleDesc::from_pg_unchecked((*self.relation).rd_att);
            for (number, value) in values {
                let Some(value) = value else { continue };
                if description.get(number - 1).is_none_or(|column| column.atttypid != value.type_oid()) {
                    return false;
                }
                *(*self.slot).tts_values.add(number - 1) = value.datum();
                *(*self.slot).tts_isnull.add(number - 1) = false;
            }
        }
        true
    }

    /// Whether a condition on the table holds for the current row.
    pub fn satisfies(&self, condition: &Condition) -> bool {
        // SAFETY: the slot holds a row of the table.
        unsafe { condition.holds(self.slot) }
    }

    /// Closes it. Not done by dropping: while an error unwinds, Postgres does it itself.
    pub fn close(self) {
        // SAFETY: both were made by `open`, and nobody uses them from here on.
        unsafe {
            pg_sys::ExecDropSingleTupleTableSlot(self.slot);
            pg_sys::relation_close(self.relation, pg_sys::AccessShareLock as i32);
        }
    }
}
