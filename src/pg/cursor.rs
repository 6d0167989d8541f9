//! Cursors of the extension's own: any number of rows with the memory of a few, all as the calling query sees them.

use pgrx::datum::DatumWithOid;
use pgrx::spi::SpiTupleTable;
use pgrx::{Spi, pg_sys};
use std::ffi::{CStr, CString};

/// A prepared query, kept until the backend ends.
#[derive(Clone, Copy)]
pub struct Query(pg_sys::SPIPlanPtr);

/// What fails here are our own queries.
const SOUND: &str = "a query of the store is prepared and read as it was written";

/// How many rows are fetched at a time.
const AT_A_TIME: i64 = 1_000;

impl Query {
    /// Prepares a query that only reads, for a cursor: of two plans, that which gives all rows sooner.
    pub fn prepare(text: &str, arguments: &[DatumWithOid]) -> Query {
        let text = CString::new(text).expect(SOUND);
        let mut types: Vec<pg_sys::Oid> = arguments.iter().map(|argument| argument.oid()).collect();
        let count = i32::try_from(types.len()).expect(SOUND);
        // SAFETY: the text and the types outlive the call; a plan that is kept lives as long as the backend.
        Spi::connect(|_| unsafe {
            let options = pg_sys::CURSOR_OPT_NO_SCROLL as i32;
            let plan = pg_sys::SPI_prepare_cursor(text.as_ptr(), count, types.as_mut_ptr(), options);
            assert!(!plan.is_null(), "{SOUND}");
            pg_sys::SPI_keepplan(plan);
            Query(plan)
        })
    }

    /// Hands over the rows, some at a time, as the calling query sees them: whether this transaction has written or not.
    pub fn run(self, arguments: &[DatumWithOid], mut read: impl FnMut(SpiTupleTable)) {
        let mut cursor = self.open(arguments);
        loop {
            // A connection for each fetch: what it fetched is freed with it.
            let (rows, name) = Spi::connect(|client| {
                let mut open = client.find_cursor(&cursor).expect(SOUND);
                let table = open.fetch(AT_A_TIME).expect(SOUND);
                let rows = table.len();
                read(table);
                (rows, open.detach_into_name())
            });
            cursor = name;
            if (rows as i64) < AT_A_TIME {
                Spi::connect(|client| drop(client.find_cursor(&cursor).expect(SOUND)));
                return;
            }
        }
    }

    fn open(self, arguments: &[DatumWithOid]) -> String {
        let datum =
            |argument: &DatumWithOid| argument.datum().map_or(pg_sys::Datum::from(0), |datum| datum.sans_lifetime());
        let mut values: Vec<pg_sys::Datum> = arguments.iter().map(datum).collect();
        let is_null = |argument: &DatumWithOid| if argument.datum().is_none() { b'n' } else { b' ' };
        let nulls: Vec<std::ffi::c_char> = arguments.iter().map(|argument| is_null(argument) as _).collect();
        // SAFETY: values and flags are as many as the plan has arguments; the name is copied while the portal is there.
        Spi::connect(|_| unsafe {
            let read_only = true;
            let portal =
                pg_sys::SPI_cursor_open(std::ptr::null(), self.0, values.as_mut_ptr(), nulls.as_ptr(), read_only);
            CStr::from_ptr((*portal).name).to_str().expect(SOUND).to_owned()
        })
    }
}
