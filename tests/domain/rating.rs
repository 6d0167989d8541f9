//! What one event earns: percentages, bounds, rounding and bands, against integers of any size.

use super::world::number;
use crate::domain::currency::{OutOfRange, Rounding};
use crate::domain::plan::Plan;
use crate::domain::plan::tests::plan;
use crate::domain::rating::{Basis, Note, Rating, for_referee, rate, slices};
use num_bigint::BigInt;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::json;

/// What a payment earns at the only tier of a plan.
fn earns(rate_json: &str, amount: &str) -> Result<Decimal, OutOfRange> {
    let plan = plan(&format!(
        r#"{{"currency": "USD", "tiers": [{{"name": "A", "from": 0, "rates": {{"payment": {rate_json}}}}}]}}"#
    ));
    rate(&plan, "payment", Some(number(amount)), Decimal::ZERO, Decimal::ZERO).map(|rating| rating.amount)
}

#[test]
fn bounds_come_before_rounding() {
    let rate = r#"{"percent": "7.5", "min": "0.105", "max": "50.004"}"#;
    for (amount, expected) in [
        ("0", "0.11"),
        ("1.39", "0.11"),
        ("1.4", "0.11"),
        ("1.53", "0.11"),
        ("1.54", "0.12"),
        ("100", "7.50"),
        ("666.71", "50.00"),
        ("666.72", "50.00"),
        ("999999999999999.9999", "50.00"),
    ] {
        assert_eq!(earns(rate, amount), Ok(number(expected)), "{amount}");
    }
    // The bounds alone, where they meet.
    assert_eq!(earns(r#"{"percent": 5, "min": 2, "max": 2}"#, "1000"), Ok(number("2")));
    assert_eq!(earns(r#"{"percent": 0, "min": 2}"#, "1000"), Ok(number("2")));
    assert_eq!(earns(r#"{"percent": 5, "max": 0}"#, "1000"), Ok(number("0")));
}

#[test]
fn an_amount_has_the_decimals_of_its_currency() {
    assert_eq!(earns(r#"{"percent": 5}"#, "100").unwrap().to_string(), "5.00");
    assert_eq!(earns(r#"{"percent": 5}"#, "0").unwrap().to_string(), "0.00");
    assert_eq!(earns(r#"{"flat": 5}"#, "0").unwrap().to_string(), "5.00");
}

#[test]
fn what_does_not_fit_is_no_figure() {
    let most = "999999999999999.9999";
    assert_eq!(earns(r#"{"percent": 100}"#, most), Err(OutOfRange), "it rounds up to 16 digits");
    assert_eq!(earns(r#"{"percent": 100}"#, "999999999999999.99"), Ok(number("999999999999999.99")));
    assert_eq!(earns(r#"{"percent": "100.0001"}"#, "999999999999999.99"), Err(OutOfRange));
    assert_eq!(earns(r#"{"percent": 999999999999999}"#, most), Err(OutOfRange));
    assert_eq!(earns(r#"{"percent": 999999999999999}"#, "0.0001"), Ok(number("1000000000")));
    assert_eq!(earns(r#"{"percent": "0.0001"}"#, "0.0001"), Ok(Decimal::ZERO));
    assert_eq!(earns(r#"{"percent": "0.0001"}"#, most), Ok(number("1000000000")));
}

#[test]
fn the_referee_earns_by_a_rate_of_its_own() {
    let plan = plan(
        r#"{"currency": "USD", "referee": {"payment": {"percent": 1, "max": 3}, "signup": {"flat": 5}},
            "tiers": [{"name": "A", "from": 10, "rates": {"order": {"flat": 1}}}]}"#,
    );
    let of = |kind, amount| for_referee(&plan, kind, amount).map(Result::unwrap);
    let line = |basis, amount| Some(Rating { tier: None, basis, amount: number(amount), note: None });
    assert_eq!(of("payment", Some(number("49.5"))), line(Basis::Percent(Decimal::ONE), "0.50"));
    assert_eq!(of("payment", Some(number("1000"))), line(Basis::Percent(Decimal::ONE), "3"));
    assert_eq!(of("signup", None), line(Basis::Flat(number("5")), "5"));
    assert_eq!(of("order", None), None);
    // The referrer has a line all the same, with the reason why there is nothing on it.
    let referrer = |volume| rate(&plan, "payment", Some(Decimal::ONE), volume, volume).unwrap();
    assert_eq!(referrer(number("9")).note, Some(Note::BelowFirstTier));
    assert_eq!(referrer(number("10")).note, Some(Note::NoRateAtTier));
}

/// Of a percentage in ten-thousandths, of an amount in ten-thousandths: rounded to so many decimals, in integers.
fn percent_of(amount: i128, percent: i128, decimals: u32, rounding: Rounding) -> BigInt {
    let exact = BigInt::from(amount) * BigInt::from(percent);
    // The product is in 10^-10: four decimals each, and two for the hundredths.
    let unit = BigInt::from(10).pow(10 - decimals);
    let (whole, rest) = (&exact / &unit, &exact % &unit);
    let twice = rest * 2u32;
    let up = match rounding {
        Rounding::Down => false,
        Rounding::HalfUp => twice >= unit,
        Rounding::HalfEven => twice > unit || (twice == unit && whole.bit(0)),
    };
    whole + u32::from(up)
}

/// A `numeric(19,4)` that is not negative, in ten-thousandths; small, middling and huge ones alike.
fn stored() -> impl Strategy<Value = i128> {
    (0..=19u32, 0..=9_999_999_999_999_999_999i128).prop_map(|(digits, value)| value % 10i128.pow(digits))
}

fn of_rounding() -> impl Strategy<Value = Rounding> {
    prop::sample::select(vec![Rounding::HalfUp, Rounding::HalfEven, Rounding::Down])
}

/// Bands at ascending thresholds, each with its percentage or none, both in ten-thousandths.
type Bands = Vec<(i128, Option<i128>)>;

fn bands() -> impl Strategy<Value = Bands> {
    let band = (1..5_000_000i128, prop::option::weighted(0.8, 0..2_000_000i128));
    (prop::collection::vec(band, 1..6), any::<bool>()).prop_map(|(bands, from_zero)| {
        let mut from = 0;
        let start = if from_zero { bands[0].0 } else { 0 };
        let place = |(step, percent)| {
            from += step;
            (from - start, percent)
        };
        bands.into_iter().map(place).collect()
    })
}

fn marginal(bands: &Bands, decimals: u32, rounding: Rounding) -> Plan {
    let tier = |(index, (from, percent)): (usize, &(i128, Option<i128>))| {
        let text = |value: &i128| Decimal::from_i128_with_scale(*value, 4).to_string();
        let rates = percent.as_ref().map_or(json!({}), |percent| json!({"payment": {"percent": text(percent)}}));
        json!({"name": format!("T{index}"), "from": text(from), "rates": rates})
    };
    let tiers: Vec<_> = bands.iter().enumerate().map(tier).collect();
    plan(
        &json!({"currency": {"unit": "P", "decimals": decimals}, "metric": "revenue", "rating": "marginal",
            "rounding": rounding.as_str(), "tiers": tiers})
        .to_string(),
    )
}

proptest! {
    #[test]
    fn percentages_are_exact(amount in stored(), percent in stored(), decimals in 0..=4u32, rounding in of_rounding()) {
        let [amount_text, percent_text] = [amount, percent].map(|value| Decimal::from_i128_with_scale(value, 4).to_string());
        let json = json!({"currency": {"unit": "P", "decimals": decimals}, "rounding": rounding.as_str(),
            "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": percent_text}}}]});
        let Ok(plan) = crate::domain::plan_json::parse(&json) else {
            // A percentage may not fit once it is rounded to the currency's decimals.
            prop_assert!(percent >= 9_999_999_999_999_990_000);
            return Ok(());
        };
        let rated = rate(&plan, "payment", Some(number(&amount_text)), Decimal::ZERO, Decimal::ZERO);
        let expected = percent_of(amount, percent, decimals, rounding);
        if expected >= BigInt::from(10).pow(15 + decimals) {
            prop_assert_eq!(rated, Err(OutOfRange));
        } else {
            let rated = rated.unwrap();
            prop_assert_eq!((BigInt::from(rated.amount.mantissa()), rated.amount.scale()), (expected, decimals));
            prop_assert_eq!(rated.basis, Basis::Percent(number(&percent_text)));
        }
    }

    /// The integral over the bands, as the difference of two sums from the bottom: no slice is ever cut.
    #[test]
    fn marginal_is_the_integral_over_the_bands(
        bands in bands(), before in 0..30_000_000i128, amount in prop_oneof![Just(0i128), 0..30_000_000i128],
        decimals in 0..=4u32, rounding in of_rounding(),
    ) {
        let plan = marginal(&bands, decimals, rounding);
        let up_to = |volume: i128| -> i128 {
            let ends = bands.iter().skip(1).map(|(from, _)| *from).chain([i128::MAX]);
            bands.iter().zip(ends).map(|((from, percent), end)| (volume.min(end) - from).max(0) * percent.unwrap_or(0)).sum()
        };
        let exact = up_to(before + amount) - up_to(before);
        let [before, amount] = [before, amount].map(|value| Decimal::from_i128_with_scale(value, 4));
        let rated = rate(&plan, "payment", Some(amount), before, before + amount).unwrap();
        prop_assert_eq!(BigInt::from(rated.amount.mantissa()), percent_of(exact, 1, decimals, rounding));
    }

    /// Cent by cent: what every single step from `before` to `after` earns at the tier that it begins in.
    #[test]
    fn marginal_is_the_sum_of_its_smallest_steps(bands in bands(), before in 0..3_000i128, steps in 0..400i128) {
        // Thresholds and steps in tenths of a thousand units.
        let bands: Bands = bands.into_iter().map(|(from, percent)| (from / 1000, percent)).collect();
        prop_assume!(bands.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let plan = marginal(&bands, 4, Rounding::Down);
        let percent_at = |volume: i128| bands.iter().rev().find(|(from, _)| *from <= volume).and_then(|(_, percent)| *percent);
        let exact: i128 = (before..before + steps).filter_map(percent_at).sum();
        let [from, amount] = [before, steps].map(|value| Decimal::from_i128_with_scale(value, 4));
        let rated = rate(&plan, "payment", Some(amount), from, from + amount).unwrap();
        prop_assert_eq!(BigInt::from(rated.amount.mantissa()), percent_of(exact, 1, 4, Rounding::Down));
    }

    #[test]
    fn slices_tile_the_amount(bands in bands(), before in 0..30_000_000i128, amount in prop_oneof![Just(0i128), 0..30_000_000i128]) {
        let plan = marginal(&bands, 2, Rounding::HalfUp);
        let [before, amount] = [before, amount].map(|value| Decimal::from_i128_with_scale(value, 4));
        let cut = slices(&plan, amount, before);
        prop_assert_eq!(cut.iter().map(|slice| slice.amount).sum::<Decimal>(), amount);
        prop_assert!(amount.is_zero() && cut.len() == 1 || cut.iter().all(|slice| slice.amount > Decimal::ZERO));
        let mut at = before;
        for slice in &cut {
            prop_assert_eq!(slice.tier, plan.tier_at(at));
            at += slice.amount;
        }
        // The line says where the last slice falls, and the percentage if there is one alone.
        let rated = rate(&plan, "payment", Some(amount), before, before + amount).unwrap();
        prop_assert_eq!(rated.tier.as_deref(), cut.last().unwrap().tier.map(|tier| tier.name.as_str()));
        let rates: Vec<_> = cut.iter().filter_map(|slice| slice.rate("payment")).collect();
        let (basis, note) = match (rated.tier.is_some(), &rates[..], cut.len()) {
            (false, ..) => (Basis::None, Some(Note::BelowFirstTier)),
            (_, [], _) => (Basis::None, Some(Note::NoRateAtTier)),
            (_, [rate], 1) => (Basis::from(*rate), None),
            _ => (Basis::Bands, None),
        };
        prop_assert_eq!((rated.basis, rated.note), (basis, note));
    }
}
