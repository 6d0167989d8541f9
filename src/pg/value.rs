//! Values of columns whose types are the application's own.

use super::numeric::{NumberError, decode};
use super::timestamp::from_raw;
use crate::domain::timestamp::Timestamp;
use pgrx::{FromDatum, direct_function_call, pg_sys, varlena};
use rust_decimal::Decimal;
use std::ffi::CStr;

/// How much of a text is read: more than any key, code or label uses, whatever somebody has put into the column.
const KEPT: usize = 2048;
/// The days of the years that a sign-up may have, and a year more on each side, counted from 2000-01-01.
const DAYS: std::ops::Range<i32> = -730_485..2_921_940;
const DAY_MICROS: i64 = 86_400_000_000;

/// A value and its type.
#[derive(Clone, Copy)]
pub struct Value {
    datum: pg_sys::Datum,
    type_oid: pg_sys::Oid,
}

impl Value {
    /// Its type.
    pub fn type_oid(self) -> pg_sys::Oid {
        self.type_oid
    }

    /// # Safety
    /// The datum must be of the type, and stay valid as long as the value is used.
    pub unsafe fn new(datum: pg_sys::Datum, type_oid: pg_sys::Oid) -> Value {
        Value { datum, type_oid }
    }

    /// The value as Postgres passes it.
    pub fn datum(self) -> pg_sys::Datum {
        self.datum
    }

    /// The text form, by the type's output function, or the beginning of a long one. Blank-padded text comes unpadded.
    pub fn text(self) -> String {
        // SAFETY: `new` promises the type.
        unsafe {
            match self.type_oid {
                pg_sys::TEXTOID | pg_sys::VARCHAROID => beginning(self.datum),
                pg_sys::INT8OID => i64::from_datum(self.datum, false).expect("not NULL").to_string(),
                pg_sys::INT4OID => i32::from_datum(self.datum, false).expect("not NULL").to_string(),
                other if pg_sys::getBaseType(other) == pg_sys::BPCHAROID => {
                    output(self.datum, other).trim_end_matches(' ').to_owned()
                }
                other => output(self.datum, other),
            }
        }
    }

    /// The number in a numeric or an integer.
    pub fn number(self) -> Result<Decimal, NumberError> {
        // SAFETY: `new` promises the type.
        unsafe {
            match base_type(self.type_oid) {
                pg_sys::INT2OID => Ok(i16::from_datum(self.datum, false).expect("not NULL").into()),
                pg_sys::INT4OID => Ok(i32::from_datum(self.datum, false).expect("not NULL").into()),
                pg_sys::INT8OID => Ok(i64::from_datum(self.datum, false).expect("not NULL").into()),
                pg_sys::NUMERICOID => decode(self.datum),
                _ => Err(NumberError::NotFinite),
            }
        }
    }

    /// The time in a timestamptz, timestamp or date, the latter two in the session's time zone; `None` for other types.
    /// Times that nothing can be done with come out as infinity.
    pub fn time(self) -> Option<Timestamp> {
        let convert = |day: i64, function| {
            if !i32::try_from(day).is_ok_and(|day| DAYS.contains(&day)) {
                return Some(Timestamp::INFINITY);
            }
            // SAFETY: `new` promises the type, which the function takes; the day is in its range.
            unsafe { direct_function_call::<i64>(function, &[Some(self.datum)]) }.map(from_raw)
        };
        match base_type(self.type_oid) {
            pg_sys::TIMESTAMPTZOID => Some(from_raw(self.datum.value() as i64)),
            pg_sys::TIMESTAMPOID => {
                convert((self.datum.value() as i64).div_euclid(DAY_MICROS), pg_sys::timestamp_timestamptz)
            }
            pg_sys::DATEOID => convert(i64::from(self.datum.value() as i32), pg_sys::date_timestamptz),
            _ => None,
        }
    }
}

/// Whether [`Value::number`] can read values of a type.
pub fn is_number(type_oid: pg_sys::Oid) -> bool {
    [pg_sys::NUMERICOID, pg_sys::INT2OID, pg_sys::INT4OID, pg_sys::INT8OID].contains(&base_type(type_oid))
}

/// Whether [`Value::time`] can read values of a type.
pub fn is_time(type_oid: pg_sys::Oid) -> bool {
    [pg_sys::TIMESTAMPTZOID, pg_sys::TIMESTAMPOID, pg_sys::DATEOID].contains(&base_type(type_oid))
}

fn base_type(type_oid: pg_sys::Oid) -> pg_sys::Oid {
    // SAFETY: a look-up of a type that a column has.
    unsafe { pg_sys::getBaseType(type_oid) }
}

/// The beginning of a text, without unpacking the rest.
///
/// # Safety
/// The value must be a text.
unsafe fn beginning(datum: pg_sys::Datum) -> String {
    // SAFETY: the slice is a copy of its own, read and freed here.
    unsafe {
        let slice = pg_sys::pg_detoast_datum_slice(datum.cast_mut_ptr(), 0, KEPT as i32);
        let text = String::from_utf8_lossy(varlena::varlena_to_byte_slice(slice)).into_owned();
        pg_sys::pfree(slice.cast());
        text
    }
}

/// The text form of any value, by its type's output function, or the beginning of it.
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
        let bytes = CStr::from_ptr(text).to_bytes();
        let copy = String::from_utf8_lossy(&bytes[..bytes.len().min(KEPT)]).into_owned();
        pg_sys::pfree(text.cast());
        copy
    }
}
