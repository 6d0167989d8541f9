//! Rows of a query, so many at a time.

use super::value::Value;
use pgrx::datum::DatumWithOid;
use pgrx::spi::{SpiHeapTupleData, SpiTupleTable};
use pgrx::{FromDatum, IntoDatum, Spi, pg_sys};
use std::ffi::{CStr, CString, c_char};

/// A query whose rows are fetched batch by batch, all of them as of the snapshot of the calling query, however long it
/// takes and whatever this transaction wrote before. It only reads.
pub struct Cursor {
    portal: String,
}

/// A query prepared for cursors, kept until the backend ends.
#[derive(Clone, Copy)]
pub struct Prepared(pg_sys::SPIPlanPtr);

const SOUND: &str = "a cursor is open until it is closed";

/// What the rows are fetched by where it is all the same to the caller.
const AT_A_TIME: i64 = 1_000;

// Not by pgrx: in a transaction that has written it would give each cursor a snapshot of its own.
const READ_ONLY: bool = true;

impl Prepared {
    /// Prepares a query that holds no zero byte.
    pub fn new(query: &str, arguments: &[DatumWithOid]) -> Prepared {
        let query = CString::new(query).expect("built from names, which hold no zero byte");
        let Arguments { mut types, .. } = Arguments::of(arguments);
        // SAFETY: connected; the text and the types outlive the call, and a plan that is kept outlives the connection.
        Spi::connect(|_| unsafe {
            let plan = pg_sys::SPI_prepare_cursor(query.as_ptr(), types.len() as i32, types.as_mut_ptr(), 0);
            assert!(!plan.is_null(), "a query with parameters of known types can be prepared");
            pg_sys::SPI_keepplan(plan);
            Prepared(plan)
        })
    }
}

impl Cursor {
    /// Opens it. What stands in the way is raised.
    pub fn open(query: &str, arguments: &[DatumWithOid]) -> Cursor {
        let query = CString::new(query).expect("built from names, which hold no zero byte");
        let Arguments { mut types, mut values, nulls } = Arguments::of(arguments);
        // SAFETY: connected; the arguments are as many as their types.
        Spi::connect(|_| unsafe {
            Cursor::of_portal(pg_sys::SPI_cursor_open_with_args(
                std::ptr::null(),
                query.as_ptr(),
                types.len() as i32,
                types.as_mut_ptr(),
                values.as_mut_ptr(),
                nulls.as_ptr(),
                READ_ONLY,
                0,
            ))
        })
    }

    /// Opens it from a prepared query.
    pub fn open_prepared(query: Prepared, arguments: &[DatumWithOid]) -> Cursor {
        let Arguments { mut values, nulls, .. } = Arguments::of(arguments);
        // SAFETY: connected; the arguments are those that the query was prepared for.
        Spi::connect(|_| unsafe {
            let plan = query.0;
            let portal =
                pg_sys::SPI_cursor_open(std::ptr::null(), plan, values.as_mut_ptr(), nulls.as_ptr(), READ_ONLY);
            Cursor::of_portal(portal)
        })
    }

    /// # Safety
    /// The portal must be open; its name is copied.
    unsafe fn of_portal(portal: pg_sys::Portal) -> Cursor {
        // SAFETY: the caller's promise.
        Cursor { portal: unsafe { CStr::from_ptr((*portal).name) }.to_string_lossy().into_owned() }
    }

    /// The next rows; none at the end. What `read` keeps must be memory of Rust.
    pub fn fetch<R>(&self, most: i64, mut read: impl FnMut(&Row) -> R) -> Vec<R> {
        self.fetch_table(most, |table| {
            let mut rows = Row(table);
            let mut batch = Vec::with_capacity(rows.0.len());
            while rows.0.next().is_some() {
                batch.push(read(&rows));
            }
            batch
        })
    }

    /// Hands over all rows, one by one, and closes it.
    pub fn for_each(self, mut each: impl FnMut(&SpiHeapTupleData)) {
        loop {
            let rows = self.fetch_table(AT_A_TIME, |table| {
                let rows = table.len() as i64;
                table.into_iter().for_each(|row| each(&row));
                rows
            });
            if rows < AT_A_TIME {
                return;
            }
        }
    }

    fn fetch_table<R>(&self, most: i64, read: impl FnOnce(SpiTupleTable) -> R) -> R {
        // A connection for each batch: what it fetched is freed with it.
        Spi::connect(|client| {
            // Left open by whatever happens here: after an error nothing may run but the undoing of it.
            let mut open = std::mem::ManuallyDrop::new(client.find_cursor(&self.portal).expect(SOUND));
            read(open.fetch(most).expect(SOUND))
        })
    }
}

/// Closes it, if no error has done so: while one unwinds, nothing may run but its undoing.
impl Drop for Cursor {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            Spi::connect(|client| drop(client.find_cursor(&self.portal)));
        }
    }
}

/// Arguments as SPI takes them.
struct Arguments {
    types: Vec<pg_sys::Oid>,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<c_char>,
}

impl Arguments {
    fn of(arguments: &[DatumWithOid]) -> Arguments {
        let null = pg_sys::Datum::from(0_usize);
        let value = |argument: &DatumWithOid| argument.datum().map_or(null, |datum| datum.sans_lifetime());
        let flag = |argument: &DatumWithOid| if argument.datum().is_some() { b' ' } else { b'n' };
        Arguments {
            types: arguments.iter().map(DatumWithOid::oid).collect(),
            values: arguments.iter().map(value).collect(),
            nulls: arguments.iter().map(|argument| flag(argument) as c_char).collect(),
        }
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
