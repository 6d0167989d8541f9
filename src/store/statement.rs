//! Prepared statements, kept per backend.

use crate::pg::cursor::{Cursor, Prepared};
use pgrx::datum::DatumWithOid;
use pgrx::pg_sys::PgOid;
use pgrx::spi::{OwnedPreparedStatement, SpiHeapTupleData, SpiTupleTable};
use pgrx::{FromDatum, IntoDatum, Spi};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// One SQL statement. Prepared at its first use; the plan is kept until the backend ends.
pub struct Statement(pub &'static str);

thread_local! {
    /// By the address of the statement, which is a static. A plan is taken out before it runs: a trigger may come back
    /// here.
    static PREPARED: RefCell<HashMap<*const Statement, Rc<OwnedPreparedStatement>>> = RefCell::new(HashMap::new());
    /// The same for those whose rows are streamed.
    static STREAMED: RefCell<HashMap<*const Statement, Prepared>> = RefCell::new(HashMap::new());
}

const SOUND: &str = "a statement of the store is prepared and read as it was written";

impl Statement {
    /// Runs a statement that writes or locks.
    pub fn write<R>(&'static self, arguments: &[DatumWithOid], read: impl FnOnce(SpiTupleTable) -> R) -> R {
        Spi::connect_mut(|client| {
            let plan = self.plan(|types| client.prepare_mut(self.0, types).expect(SOUND).keep(), arguments);
            read(client.update(&*plan, None, arguments).expect(SOUND))
        })
    }

    /// Runs a statement that only reads; usable on a standby.
    pub fn read<R>(&'static self, arguments: &[DatumWithOid], read: impl FnOnce(SpiTupleTable) -> R) -> R {
        Spi::connect(|client| {
            let plan = self.plan(|types| client.prepare(self.0, types).expect(SOUND).keep(), arguments);
            read(client.select(&*plan, None, arguments).expect(SOUND))
        })
    }

    /// Runs a statement that only reads, and hands over its rows one by one in the memory of a few; all as the calling
    /// query sees them, whatever this transaction has written since.
    pub fn stream(&'static self, arguments: &[DatumWithOid], each: impl FnMut(&SpiHeapTupleData)) {
        let key = std::ptr::from_ref(self);
        let query = STREAMED.with_borrow(|streamed| streamed.get(&key).copied()).unwrap_or_else(|| {
            let query = Prepared::new(self.0, arguments);
            STREAMED.with_borrow_mut(|streamed| streamed.insert(key, query));
            query
        });
        Cursor::open_prepared(query, arguments).for_each(each);
    }

    fn plan(
        &'static self,
        prepare: impl FnOnce(&[PgOid]) -> OwnedPreparedStatement,
        arguments: &[DatumWithOid],
    ) -> Rc<OwnedPreparedStatement> {
        let key = std::ptr::from_ref(self);
        if let Some(plan) = PREPARED.with_borrow(|prepared| prepared.get(&key).cloned()) {
            return plan;
        }
        let types: Vec<PgOid> = arguments.iter().map(|argument| PgOid::from(argument.oid())).collect();
        let plan = Rc::new(prepare(&types));
        PREPARED.with_borrow_mut(|prepared| prepared.insert(key, Rc::clone(&plan)));
        plan
    }
}

/// A column of a result row.
pub fn column<T: FromDatum + IntoDatum>(row: &SpiHeapTupleData, ordinal: usize) -> Option<T> {
    row.get(ordinal).expect(SOUND)
}

/// A column that is never NULL.
pub fn required<T: FromDatum + IntoDatum>(row: &SpiHeapTupleData, ordinal: usize) -> T {
    column(row, ordinal).expect(SOUND)
}

/// The first row, if there is one.
pub fn first<R>(rows: SpiTupleTable, read: impl FnOnce(&SpiHeapTupleData) -> R) -> Option<R> {
    rows.into_iter().next().map(|row| read(&row))
}

/// All rows.
pub fn all<R>(rows: SpiTupleTable, read: impl Fn(&SpiHeapTupleData) -> R) -> Vec<R> {
    rows.into_iter().map(|row| read(&row)).collect()
}
