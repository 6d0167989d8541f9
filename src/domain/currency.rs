//! Money: currencies and units, their decimals, and the one place where an amount is rounded.

use super::fraction::Fraction;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::rc::Rc;

/// Decimals that a stored amount has room for: `numeric(19,4)`.
pub const MAX_DECIMALS: u32 = 4;

/// What a program pays in: a currency of ISO 4217, or a unit of its own such as points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    /// `USD`, or the unit's name.
    pub code: Rc<str>,
    /// Digits behind the decimal point of the smallest amount.
    pub decimals: u32,
}

impl Currency {
    /// Looks a currency up in ISO 4217; `None` if there is no such code or it has no minor unit (gold, tests).
    pub fn iso(code: &str) -> Option<Currency> {
        let exponent = iso_currency::Currency::from_code(code)?.exponent()?;
        Some(Currency { code: code.into(), decimals: u32::from(exponent) })
    }

    /// The currency of a code in the ledger: a unit of a program's own is taken to have no decimals.
    pub fn of_code(code: &str) -> Currency {
        Currency::iso(code).unwrap_or_else(|| Currency { code: code.into(), decimals: 0 })
    }

    /// Whether a currency that came with an event is this one. Payment providers write `usd`, and columns are padded.
    pub fn is_called(&self, given: &str) -> bool {
        given.trim().eq_ignore_ascii_case(&self.code)
    }

    /// Whether an amount has no more decimals than the smallest amount of the currency.
    pub fn is_payable(&self, amount: Decimal) -> bool {
        amount.normalize().scale() <= self.decimals
    }
}

/// How an amount between two minor units is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest, a half away from zero.
    #[default]
    HalfUp,
    /// To the nearest, a half to the even neighbour.
    HalfEven,
    /// Towards zero.
    Down,
}

impl Rounding {
    /// The word in a plan.
    pub fn as_str(self) -> &'static str {
        match self {
            Rounding::HalfUp => "half_up",
            Rounding::HalfEven => "half_even",
            Rounding::Down => "down",
        }
    }
}

/// An amount that does not fit a `numeric(19,4)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange;

/// Rounds an exact amount to so many decimals, and gives it that many: `7.50`. The only place where money is rounded.
pub fn round(exact: &Fraction, decimals: u32, rounding: Rounding) -> Result<Decimal, OutOfRange> {
    let scaled = exact.numer() * BigInt::from(10).pow(decimals);
    let (mut whole, rest) = (&scaled / exact.denom(), &scaled % exact.denom());
    let is_away_from_zero = match (rest.magnitude() * 2u32).cmp(exact.denom().magnitude()) {
        Ordering::Less => false,
        Ordering::Equal => rounding == Rounding::HalfUp || rounding == Rounding::HalfEven && whole.bit(0),
        Ordering::Greater => rounding != Rounding::Down,
    };
    if is_away_from_zero {
        whole += rest.signum();
    }
    whole
        .to_i128()
        .and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, decimals).ok())
        .filter(|rounded| is_storable(*rounded))
        .ok_or(OutOfRange)
}

/// Whether a value fits a `numeric(19,4)` column unchanged.
pub fn is_storable(value: Decimal) -> bool {
    let limit = Decimal::from(1_000_000_000_000_000_u64);
    value.abs() < limit && value.normalize().scale() <= MAX_DECIMALS
}

/// A number with at least so many decimals: `7.50`.
pub fn shown(value: Decimal, decimals: u32) -> Decimal {
    let mut shown = value.normalize();
    if shown.scale() < decimals {
        shown.rescale(decimals);
    }
    shown
}

/// An amount in words: `7.50 USD`.
pub fn in_words(amount: Decimal, currency: &Currency) -> String {
    format!("{} {}", shown(amount, currency.decimals), currency.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fraction::exact;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    fn rounded(value: Decimal, currency: &str, rounding: Rounding) -> Decimal {
        round(&exact(value), Currency::iso(currency).unwrap().decimals, rounding).unwrap()
    }

    #[test]
    fn iso_4217_gives_the_decimals() {
        for (code, decimals) in [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)] {
            assert_eq!(Currency::iso(code).unwrap().decimals, decimals, "{code}");
        }
        for code in ["", "usd", "XYZ", "XAU", "XXX", "DOLLAR"] {
            assert_eq!(Currency::iso(code), None, "{code}");
        }
    }

    #[test]
    fn halves_and_negatives() {
        for (exact, half_up, half_even, down) in [
            ("0.005", "0.01", "0.00", "0.00"),
            ("0.015", "0.02", "0.02", "0.01"),
            ("0.025", "0.03", "0.02", "0.02"),
            ("-0.005", "-0.01", "0.00", "0.00"),
            ("-0.015", "-0.02", "-0.02", "-0.01"),
            ("1.0049", "1.00", "1.00", "1.00"),
            ("2.5", "2.50", "2.50", "2.50"),
        ] {
            for (rounding, expected) in
                [(Rounding::HalfUp, half_up), (Rounding::HalfEven, half_even), (Rounding::Down, down)]
            {
                assert_eq!(rounded(decimal(exact), "USD", rounding), decimal(expected), "{exact} {rounding:?}");
            }
        }
        assert_eq!(rounded(decimal("0.5"), "JPY", Rounding::HalfUp), decimal("1"));
        assert_eq!(rounded(decimal("0.0005"), "KWD", Rounding::HalfUp), decimal("0.001"));
    }

    #[test]
    fn what_fits_the_ledger() {
        assert!(is_storable(decimal("999999999999999.9999")));
        assert!(is_storable(decimal("1.50000000")));
        assert!(!is_storable(decimal("1000000000000000")));
        assert!(!is_storable(decimal("-1000000000000000")));
        assert!(!is_storable(decimal("0.00001")));
    }

    proptest! {
        #[test]
        fn rounding_moves_less_than_a_unit_and_only_once(mantissa in any::<i64>(), scale in 0..10u32) {
            let value = Decimal::new(mantissa / 100_000, scale);
            for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down] {
                let once = rounded(value, "USD", rounding);
                prop_assert!((once - value).abs() < decimal("0.01"));
                prop_assert_eq!(rounded(once, "USD", rounding), once);
                // Symmetric about zero: a reversal rounds like its accrual.
                prop_assert_eq!(rounded(-value, "USD", rounding), -once);
            }
        }
    }
}
