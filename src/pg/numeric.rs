//! Exact numbers between SQL and Rust.

use pgrx::{AnyNumeric, FromDatum, IntoDatum, pg_sys};
use rust_decimal::Decimal;
use std::str::FromStr;

/// A `numeric` as an exact decimal. Only for numbers that fit one, which every number column of the extension does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeric(pub Decimal);

impl IntoDatum for Numeric {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        to_sql(self.0).into_datum()
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::NUMERICOID
    }
}

impl FromDatum for Numeric {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, oid: pg_sys::Oid) -> Option<Self> {
        // SAFETY: the caller's promise about the datum is passed on.
        let number = unsafe { AnyNumeric::from_polymorphic_datum(datum, is_null, oid) }?;
        Some(Numeric(to_decimal(&number).expect("a stored number fits")))
    }
}

/// Why a number given in SQL cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// NaN or an infinity.
    NotFinite,
    /// More digits than an exact decimal holds.
    OutOfRange,
}

/// Reads a number that may be anything.
pub fn to_decimal(number: &AnyNumeric) -> Result<Decimal, NumberError> {
    parse(&number.to_string())
}

/// Reads a number from its text form.
pub fn parse(text: &str) -> Result<Decimal, NumberError> {
    // Zeros at the end do not make it another number.
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    Decimal::from_str_exact(text).map_err(|_| {
        if text.bytes().any(|byte| byte.is_ascii_digit()) { NumberError::OutOfRange } else { NumberError::NotFinite }
    })
}

/// The number for SQL.
pub fn to_sql(value: Decimal) -> AnyNumeric {
    AnyNumeric::from_str(&value.to_string()).expect("a decimal is a valid numeric")
}
