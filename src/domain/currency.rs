//! Money: currencies and units, their decimals, and the one place where an amount is rounded.

use rust_decimal::{Decimal, RoundingStrategy};

/// Decimals that a stored amount has room for: `numeric(19,4)`.
pub const MAX_DECIMALS: u32 = 4;

/// What a program pays in: a currency of ISO 4217, or a unit of its own such as points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    /// `USD`, or the unit's name.
    pub code: String,
    /// Digits behind the decimal point of the smallest amount.
    pub decimals: u32,
}

impl Currency {
    /// Looks a currency up in ISO 4217; `None` if there is no such code or it has no minor unit (gold, tests).
    pub fn iso(code: &str) -> Option<Currency> {
        let exponent = iso_currency::Currency::from_code(code)?.exponent()?;
        Some(Currency { code: code.to_owned(), decimals: u32::from(exponent) })
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

/// Rounds an exact amount to the currency's minor unit, and gives it that many decimals: `7.50`. The only place where
/// money is rounded.
pub fn round(exact: Decimal, currency: &Currency, rounding: Rounding) -> Decimal {
    let strategy = match rounding {
        Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
        Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
        Rounding::Down => RoundingStrategy::ToZero,
    };
    let mut rounded = exact.round_dp_with_strategy(currency.decimals, strategy);
    rounded.rescale(currency.decimals);
    rounded
}

/// Whether a value fits a `numeric(19,4)` column unchanged.
pub fn is_storable(value: Decimal) -> bool {
    let limit = Decimal::from(1_000_000_000_000_000_u64);
    value.abs() < limit && value.normalize().scale() <= MAX_DECIMALS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
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
        let dollars = Currency::iso("USD").unwrap();
        for (exact, half_up, half_even, down) in [
            ("0.005", "0.01", "0.00", "0.00"),
            ("0.015", "0.02", "0.02", "0.01"),
            ("0.025", "0.03", "0.02", "0.02"),
            ("-0.005", "-0.01", "0.00", "0.00"),
            ("-0.015", "-0.02", "-0.02", "-0.01"),
            ("1.0049", "1.00", "1.00", "1.00"),
            ("2.5", "2.50", "2.50", "2.50"),
        ] {
            for (rounding, rounded) in
                [(Rounding::HalfUp, half_up), (Rounding::HalfEven, half_even), (Rounding::Down, down)]
            {
                assert_eq!(round(decimal(exact), &dollars, rounding), decimal(rounded), "{exact} {rounding:?}");
            }
        }
        assert_eq!(round(decimal("0.5"), &Currency::iso("JPY").unwrap(), Rounding::HalfUp), decimal("1"));
        assert_eq!(round(decimal("0.0005"), &Currency::iso("KWD").unwrap(), Rounding::HalfUp), decimal("0.001"));
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
            let exact = Decimal::new(mantissa, scale);
            let dollars = Currency::iso("USD").unwrap();
            for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down] {
                let rounded = round(exact, &dollars, rounding);
                prop_assert!((rounded - exact).abs() < decimal("0.01"));
                prop_assert_eq!(round(rounded, &dollars, rounding), rounded);
                // Symmetric about zero: a reversal rounds like its accrual.
                prop_assert_eq!(round(-exact, &dollars, rounding), -rounded);
            }
        }
    }
}
