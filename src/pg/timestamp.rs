//! `timestamptz` between SQL and Rust.

use crate::domain::timestamp::Timestamp;
use pgrx::{FromDatum, IntoDatum, pg_sys};

/// From 1970, where Rust counts from, to 2000, where Postgres does.
const EPOCH_OFFSET: i64 = 946_684_800_000_000;

/// The value that Postgres stores.
pub fn to_raw(time: Timestamp) -> pg_sys::TimestampTz {
    match time {
        Timestamp::NEG_INFINITY => i64::MIN,
        Timestamp::INFINITY => i64::MAX,
        finite => finite.micros() - EPOCH_OFFSET,
    }
}

/// From the value that Postgres stores.
pub fn from_raw(raw: pg_sys::TimestampTz) -> Timestamp {
    match raw {
        i64::MIN => Timestamp::NEG_INFINITY,
        i64::MAX => Timestamp::INFINITY,
        finite => Timestamp::from_micros(finite.saturating_add(EPOCH_OFFSET)),
    }
}

/// The time at which the current transaction began: `now()`.
pub fn now() -> Timestamp {
    // SAFETY: a plain look-up, valid inside a transaction, where every function runs.
    from_raw(unsafe { pg_sys::GetCurrentTransactionStartTimestamp() })
}

/// The time of the clock: `clock_timestamp()`.
pub fn clock() -> Timestamp {
    // SAFETY: asks the operating system.
    from_raw(unsafe { pg_sys::GetCurrentTimestamp() })
}

impl IntoDatum for Timestamp {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        to_raw(self).into_datum()
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::TIMESTAMPTZOID
    }
}

impl FromDatum for Timestamp {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _oid: pg_sys::Oid) -> Option<Self> {
        (!is_null).then(|| from_raw(datum.value() as i64))
    }
}
