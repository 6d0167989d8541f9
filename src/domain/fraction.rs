//! Exact fractions: what an amount is before it is rounded. They hold any product of amounts, percentages and shares.

use num_bigint::BigInt;
use num_rational::BigRational;
use rust_decimal::Decimal;

/// An exact number.
pub type Fraction = BigRational;

/// A decimal as it is.
pub fn exact(value: Decimal) -> Fraction {
    Fraction::new(value.mantissa().into(), BigInt::from(10).pow(value.scale()))
}

/// A decimal in hundredths, as percentages are.
pub fn hundredths(value: Decimal) -> Fraction {
    exact(value) / Fraction::from_integer(100.into())
}

/// `part / whole`; the whole must not be zero.
pub fn share(part: Decimal, whole: Decimal) -> Fraction {
    exact(part) / exact(whole)
}
