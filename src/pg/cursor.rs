//! Rows of a query, so many at a time.

use super::value::Value;
use pgrx::datum::DatumWithOid;
use pgrx::spi::SpiTupleTable;
use pgrx::{FromDatum, IntoDatum, Spi, pg_sys};
use std::ffi::{CStr, CString};

/// A query whose rows are fetched batch by batch, all of them as of the snapshot of the calling query, however long it
/// takes and whatever this transaction wrote before. It only reads.
pub struct Cursor {
    portal: String,
}

const SOUND: &str = "a cursor is open until it is closed";

impl Cursor {
    /// Opens it. What stands in the way is raised.
    pub fn open(query: &str, arguments: &[DatumWithOid]) -> Cursor {
        let query = CString::new(query).expect("built from names, which hold no zero byte");
        let mut types: Vec<pg_sys::Oid> = arguments.iter().map(DatumWithOid::oid).collect();
        let null = pg_sys::Datum::from(0_usize);
        let values = arguments.iter().map(|argument| argument.datum().map_or(null, |datum| datum.sans_lifetime()));
        let mut values: Vec<pg_sys::Datum> = values.collect();
        let nulls = arguments.iter().map(|argument| if argument.datum().is_some() { b' ' } else { b'n' } as i8);
        let nulls: Vec<i8> = nulls.collect();
        Spi::connect(|_| {
            // Not by pgrx: in a transaction that has written it would give each cursor a snapshot of its own.
            // SAFETY: connected; the arguments are as many as their types, and the portal's name is copied.
            let portal = unsafe {
                let portal = pg_sys::SPI_cursor_open_with_args(
                    std::ptr::null(),
                    query.as_ptr(),
                    arguments.len() as i32,
                    types.as_mut_ptr(),
                    values.as_mut_ptr(),
                    nulls.as_ptr().cast(),
                    true,
                    0,
                );
                CStr::from_ptr((*portal).name).to_string_lossy().into_owned()
            };
            Cursor { portal }
        })
    }

    /// The next rows; none at the end. What `read` keeps must be memory of Rust.
    pub fn fetch<R>(&self, most: i64, mut read: impl FnMut(&Row) -> R) -> Vec<R> {
        // A connection for each batch: what it fetched is freed with it.
        Spi::connect(|client| {
            // Left open by whatever happens here: after an error nothing may run but the undoing of it.
            let mut open = std::mem::ManuallyDrop::new(client.find_cursor(&self.portal).expect(SOUND));
            let mut rows = Row(open.fetch(most).expect(SOUND));
            let mut batch = Vec::with_capacity(rows.0.len());
            while rows.0.next().is_some() {
                batch.push(read(&rows));
            }
            batch
        })
    }

    /// Closes it, if no error has done so.
    pub fn close(self) {
        Spi::connect(|client| drop(client.find_cursor(&self.portal)));
    }
}

/// A row of a batch.
pub struct Row<'batch>(SpiTupleTable<'batch>);

impl Row<'_> {
    /// A column, whatever its type; `None` for NULL. Columns count from 1.
    pub fn value(&self, column: usize) -> Option<Value> {
        let datum = self.0.get_datum_by_ordinal(column).expect(SOUND)?;
        let type_oid = self.0.column_type_oid(column).expect(SOUND).value();
        // SAFETY: Postgres says what the type of the column is, and the rows outlive the value.
        Some(unsafe { Value::new(datum, type_oid) })
    }

    /// A column of a known type; `None` for NULL.
    pub fn get<T: FromDatum + IntoDatum>(&self, column: usize) -> Option<T> {
        self.0.get(column).expect(SOUND)
    }

    /// The text form of a column.
    pub fn text(&self, column: usize) -> Option<String> {
        self.value(column).map(Value::text)
    }
}
