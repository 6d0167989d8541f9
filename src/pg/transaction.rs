//! Transaction ids that never wrap: `xid8`.

use pgrx::{FromDatum, IntoDatum, pg_sys};

/// A transaction id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionId(pub u64);

impl IntoDatum for TransactionId {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        // The type has eight bytes, and is passed by value.
        Some(pg_sys::Datum::from(self.0))
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::XID8OID
    }
}

impl FromDatum for TransactionId {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _oid: pg_sys::Oid) -> Option<Self> {
        (!is_null).then(|| TransactionId(datum.value() as u64))
    }
}
