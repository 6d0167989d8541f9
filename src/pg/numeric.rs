//! Exact numbers between SQL and Rust, without a way round by text where both sides are small.

use pgrx::{AnyNumeric, FromDatum, IntoDatum, pg_sys, varlena};
use rust_decimal::Decimal;
use std::str::FromStr;

/// A `numeric` as an exact decimal. Only for numbers that fit one, which every number column of the extension does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeric(pub Decimal);

impl IntoDatum for Numeric {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        match i64::try_from(self.0.mantissa()) {
            // SAFETY: for any number; the scale of a decimal, at most 28, is one that the function takes.
            Ok(mantissa) => unsafe {
                Some(pg_sys::Datum::from(pg_sys::int64_div_fast_to_numeric(mantissa, self.0.scale() as i32)))
            },
            Err(_) => to_sql(self.0).into_datum(),
        }
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::NUMERICOID
    }
}

impl FromDatum for Numeric {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _oid: pg_sys::Oid) -> Option<Self> {
        // SAFETY: the caller's promise about the datum is passed on.
        (!is_null).then(|| Numeric(unsafe { decode(datum) }.expect("a stored number fits")))
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
pub fn to_decimal(number: AnyNumeric) -> Result<Decimal, NumberError> {
    let datum = number.into_datum().expect("a number is a value");
    // SAFETY: it is a numeric.
    unsafe { decode(datum) }
}

/// Reads a `numeric` that may be anything. Zeros at the end do not make it another number, and are left out.
///
/// # Safety
/// The datum must be a numeric.
pub unsafe fn decode(datum: pg_sys::Datum) -> Result<Decimal, NumberError> {
    // SAFETY: the caller's promise; a copy that unpacking made is freed after the last use of its bytes.
    unsafe {
        let packed = datum.cast_mut_ptr::<pg_sys::varlena>();
        let plain = pg_sys::pg_detoast_datum_packed(packed);
        let number = Stored::read(varlena::varlena_to_byte_slice(plain));
        if plain != packed {
            pg_sys::pfree(plain.cast());
        }
        number
    }
}

/// The number for SQL.
pub fn to_sql(value: Decimal) -> AnyNumeric {
    AnyNumeric::from_str(&value.to_string()).expect("a decimal is a valid numeric")
}

/// The header of a stored `numeric`, as Postgres' own numeric.c describes it: digits to the base 10000 follow, the first
/// of them times 10000 to the power of `weight`.
struct Stored {
    is_negative: bool,
    weight: i32,
    digits_at: usize,
}

impl Stored {
    fn header(bytes: &[u8]) -> Result<Stored, NumberError> {
        let word = |at: usize| u16::from_ne_bytes([bytes[at], bytes[at + 1]]);
        let header = word(0);
        match header & 0xc000 {
            0xc000 => Err(NumberError::NotFinite),
            // The short form: weight in seven bits of the header, as a number with a sign.
            0x8000 => {
                let weight = (i32::from(header & 0x7f) ^ 0x40) - 0x40;
                Ok(Stored { is_negative: header & 0x2000 != 0, weight, digits_at: 2 })
            }
            sign => Ok(Stored { is_negative: sign == 0x4000, weight: i32::from(word(2) as i16), digits_at: 4 }),
        }
    }

    fn read(bytes: &[u8]) -> Result<Decimal, NumberError> {
        let Stored { is_negative, weight, digits_at } = Stored::header(bytes)?;
        let digits = &bytes[digits_at..];
        let mut mantissa: i128 = 0;
        for digit in digits.chunks_exact(2) {
            let digit = i128::from(i16::from_ne_bytes([digit[0], digit[1]]));
            let shifted = mantissa.checked_mul(10_000).ok_or(NumberError::OutOfRange)?;
            mantissa = shifted.checked_add(digit).ok_or(NumberError::OutOfRange)?;
        }
        let mut exponent = 4 * (weight + 1 - (digits.len() / 2) as i32);
        while exponent < 0 && mantissa != 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        let scale = u32::try_from(-exponent).unwrap_or(0);
        let whole = 10i128.checked_pow(u32::try_from(exponent).unwrap_or(0)).ok_or(NumberError::OutOfRange)?;
        let mantissa = mantissa.checked_mul(whole).ok_or(NumberError::OutOfRange)?;
        let signed = if is_negative { -mantissa } else { mantissa };
        if mantissa == 0 {
            return Ok(Decimal::ZERO);
        }
        Decimal::try_from_i128_with_scale(signed, scale).map_err(|_| NumberError::OutOfRange)
    }
}
