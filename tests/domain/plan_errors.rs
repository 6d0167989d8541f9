//! Plans in JSON: what is refused, and with which path.

use super::plan_text::{revenue, with, with_rate, with_tier};
use crate::domain::plan::tests::plan;
use crate::domain::plan_json::parse;
use proptest::prelude::*;

fn refused(json: &str) -> String {
    let error = parse(&serde_json::from_str(json).unwrap()).map(|_| ()).unwrap_err();
    format!("{}: {}", error.path, error.problem)
}

#[test]
fn errors_name_their_path() {
    for (json, path) in [
        (r#"[]"#.to_owned(), "$: invalid type: a list, expected an object"),
        (r#"{"currency": "USD"}"#.to_owned(), "$: missing key `tiers`"),
        (r#"{"tiers": []}"#.to_owned(), "$: missing key `currency`"),
        (r#"{"currency": "USD", "tiers": []}"#.to_owned(), "$.tiers: "),
        (with(r#", "metrics": "referrals""#), "$.metrics: unknown key `metrics`"),
        (with(r#", "metric": "clicks""#), "$.metric: unknown value `clicks`"),
        (with(r#", "window": {"weeks": 1}"#), "$.window.weeks: unknown key `weeks`"),
        (with(r#", "window": {"month": null}"#), "$.window.month: unknown key `month`"),
        (r#"{"currency": "USD", "tiers": [["A", 0, {}]]}"#.to_owned(), "$.tiers[0]: invalid type: a list"),
        (
            with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": [1]}}"#),
            "$.tiers[1].rates.signup: invalid type: a list",
        ),
        (with(r#", "time_zone": "Mars/Olympus""#), "$.time_zone: there is no time zone"),
        (with(r#", "time_zone": 5"#), "$.time_zone: invalid type"),
        (with(r#", "hold_days": -1"#), "$.hold_days: -1 is not a whole number"),
        (with(r#", "hold_days": 1.5"#), "$.hold_days: 1.5 is not a whole number"),
        (with(r#", "hold_days": "1e2""#), "$.hold_days: "),
        (with(r#", "hold_days": null"#), "$.hold_days: expected a number, found null"),
        (with_tier(r#"{"from": 2, "rates": {}}"#), "$.tiers[1]: missing key `name`"),
        (with_tier(r#"{"name": "A", "from": 2, "rates": {}}"#), "$.tiers[1].name: another tier is named"),
        (with_tier(r#"{"name": "", "from": 2, "rates": {}}"#), "$.tiers[1].name: must not be empty"),
        (with_tier(r#"{"name": "B", "from": 1, "rates": {}}"#), "$.tiers[1].from: tiers ascend"),
        (with_tier(r#"{"name": "B", "from": "NaN", "rates": {}}"#), "$.tiers[1].from: "),
        (with_tier(r#"{"name": "B", "from": 1000000000000000, "rates": {}}"#), "$.tiers[1].from: "),
        (
            with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": {"flat": "-1"}}}"#),
            "$.tiers[1].rates.signup.flat: -1 is negative",
        ),
        (
            with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": {"flat": 0.00001}}}"#),
            "$.tiers[1].rates.signup.flat: ",
        ),
        (
            with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": {"flot": 1}}}"#),
            "$.tiers[1].rates.signup.flot: unknown key",
        ),
        (with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": 5}}"#), "$.tiers[1].rates.signup: "),
        (with_tier(r#"{"name": "B", "from": 2, "rates": {" ": {"flat": 1}}}"#), "$.tiers[1].rates. : "),
    ] {
        let error = refused(&json);
        assert!(error.starts_with(path), "{json}\n  gave {error}\n  not  {path}");
    }
    for currency in
        [r#""EURO""#, r#"{"unit": "USD", "decimals": 2}"#, r#"{"unit": "P", "decimals": 5}"#, r#"{"unit": "P"}"#, "5"]
    {
        let json = format!(r#"{{"currency": {currency}, "tiers": [{{"name": "A", "from": 0, "rates": {{}}}}]}}"#);
        assert!(refused(&json).starts_with("$.currency"), "{}", refused(&json));
    }
}

#[test]
fn errors_of_windows_limits_and_rates_name_their_path() {
    let limits = |json: &str| with(&format!(r#", "limits": {json}"#));
    let payment = |json: &str| with_rate("payment", json);
    for (json, path) in [
        (with(r#", "window": "week""#), "$.window: unknown value `week`"),
        (with(r#", "window": 30"#), "$.window: invalid type"),
        (with(r#", "window": 999999999999999.9999"#), "$.window: a number cannot stand here"),
        (with(r#", "window": {}"#), "$.window: missing key `days`"),
        (with(r#", "window": {"days": 0}"#), "$.window.days: 0 is not a whole number from 1 to 36500"),
        (with(r#", "window": {"days": 36501}"#), "$.window.days: 36501 is not a whole number from 1"),
        (with(r#", "window": {"days": 1.5}"#), "$.window.days: 1.5 is not a whole number"),
        (with(r#", "window": {"days": -30}"#), "$.window.days: -30 is not a whole number"),
        (with(r#", "window": {"days": 1, "hours": 2}"#), "$.window.hours: unknown key `hours`"),
        (with(r#", "hold_days": 36501"#), "$.hold_days: 36501 is not a whole number from 0 to 36500"),
        (with(r#", "rating": "graduated""#), "$.rating: unknown value `graduated`"),
        (with(r#", "rating": {"whole": null}"#), "$.rating: invalid type: an object"),
        (with(r#", "crossing": "both""#), "$.crossing: unknown value `both`"),
        (with(r#", "accrual": "later""#), "$.accrual: unknown value `later`, expected `immediate` or `queued`"),
        (with(r#", "accrual": "Queued""#), "$.accrual: unknown value `Queued`"),
        (with(r#", "accrual": null"#), "$.accrual: invalid type: null"),
        (with(r#", "accrual": {"queued": null}"#), "$.accrual: invalid type: an object"),
        (with(r#", "rounding": "up""#), "$.rounding: unknown value `up`"),
        (with(r#", "metric": 1"#), "$.metric: invalid type"),
        (with(r#", "reversal_lowers_volume": "no""#), "$.reversal_lowers_volume: invalid type"),
        (with(r#", "limits": []"#), "$.limits: invalid type: a list"),
        (with(r#", "limits": null"#), "$.limits: invalid type: null"),
        (limits(r#"{"per_day": 1}"#), "$.limits.per_day: unknown key `per_day`"),
        (limits(r#"{"commissions_per_window": 0}"#), "$.limits.commissions_per_window: 0 is not a whole number from 1"),
        (limits(r#"{"commissions_per_window": 1000000001}"#), "$.limits.commissions_per_window: 1000000001 is not"),
        (limits(r#"{"commissions_per_window": 2.5}"#), "$.limits.commissions_per_window: 2.5 is not"),
        (limits(r#"{"months_after_signup": 0}"#), "$.limits.months_after_signup: 0 is not a whole number from 1"),
        (limits(r#"{"months_after_signup": 1201}"#), "$.limits.months_after_signup: 1201 is not"),
        (limits(r#"{"amount_per_window": "-0.01"}"#), "$.limits.amount_per_window: -0.01 is negative"),
        (limits(r#"{"amount_per_window": "0.001"}"#), "$.limits.amount_per_window: 0.001 is finer than"),
        (limits(r#"{"amount_per_window": 1000000000000000}"#), "$.limits.amount_per_window: "),
        (limits(r#"{"amount_per_window": []}"#), "$.limits.amount_per_window: expected a number"),
        (with(r#", "referee": []"#), "$.referee: invalid type: a list"),
        (with(r#", "referee": {"signup": 5}"#), "$.referee.signup: "),
        (with(r#", "referee": {"signup": {}}"#), "$.referee.signup: missing key `flat` or `percent`"),
        (with(r#", "referee": {"": {"flat": 1}}"#), "$.referee.: must not be empty"),
        (with(r#", "referee": {"order": {"percent": -1}}"#), "$.referee.order.percent: -1 is negative"),
        (payment("{}"), "$.tiers[1].rates.payment: missing key `flat` or `percent`"),
        (payment(r#"{"min": 1}"#), "$.tiers[1].rates.payment: missing key `flat` or `percent`"),
        (payment(r#"{"flat": 1, "percent": 1}"#), "$.tiers[1].rates.payment: a rate is either flat or percent"),
        (payment(r#"{"flat": 1, "min": 1}"#), "$.tiers[1].rates.payment: only a percent rate has"),
        (payment(r#"{"flat": 1, "max": 1}"#), "$.tiers[1].rates.payment: only a percent rate has"),
        (payment(r#"{"percent": "-0.1"}"#), "$.tiers[1].rates.payment.percent: -0.1 is negative"),
        (payment(r#"{"percent": "0.00001"}"#), "$.tiers[1].rates.payment.percent: 0.00001 has more than"),
        (payment(r#"{"percent": "5%"}"#), "$.tiers[1].rates.payment.percent: \"5%\" is not a plain decimal"),
        (payment(r#"{"percent": 1, "min": -1}"#), "$.tiers[1].rates.payment.min: -1 is negative"),
        (payment(r#"{"percent": 1, "max": "x"}"#), "$.tiers[1].rates.payment.max: "),
        (payment(r#"{"percent": 1, "min": 2, "max": 1}"#), "$.tiers[1].rates.payment.min: 2 is above max, which is 1"),
        // It fits as it is written, and not once it is rounded to cents.
        (
            payment(r#"{"flat": "999999999999999.9999"}"#),
            "$.tiers[1].rates.payment.flat: 999999999999999.9999 has more",
        ),
    ] {
        let error = refused(&json);
        assert!(error.starts_with(path), "{json}\n  gave {error}\n  not  {path}");
    }
}

#[test]
fn parts_that_do_not_go_together_are_refused() {
    let marginal = |rate: &str| {
        with_rate("payment", rate)
            .replace(r#""currency": "USD","#, r#""currency": "USD", "metric": "revenue", "rating": "marginal","#)
    };
    let whole = |extra: &str| with(&format!(r#", "rating": "whole", {extra}"#));
    for (json, path) in [
        (
            with(r#", "rating": "marginal""#),
            "$.metric: marginal rating cuts amounts into bands, so it needs \"revenue\"",
        ),
        (with(r#", "rating": "marginal", "metric": "events""#), "$.metric: marginal rating"),
        (marginal(r#"{"flat": 1}"#), "$.tiers[1].rates.payment: marginal rating takes percent without min and max"),
        (marginal(r#"{"percent": 1, "min": 0}"#), "$.tiers[1].rates.payment: marginal rating takes"),
        (marginal(r#"{"percent": 1, "max": 9}"#), "$.tiers[1].rates.payment: marginal rating takes"),
        (revenue(r#", "rating": "marginal", "crossing": "old""#), "$.crossing: only forward rating knows \"old\""),
        (whole(r#""crossing": "old""#), "$.crossing: only forward rating knows \"old\""),
        (whole(r#""limits": {"commissions_per_window": 1}"#), "$.limits: whole rating takes no limit per window"),
        (whole(r#""limits": {"amount_per_window": 1}"#), "$.limits: whole rating takes no limit per window"),
        (whole(r#""window": {"days": 30}"#), "$.window: whole rating needs a window that lines share"),
        (with_rate("signup", r#"{"percent": 5}"#), "$.tiers[1].rates.signup: a sign-up has no amount"),
        (with(r#", "referee": {"signup": {"percent": 5}}"#), "$.referee.signup: a sign-up has no amount"),
    ] {
        let error = refused(&json);
        assert!(error.starts_with(path), "{json}\n  gave {error}\n  not  {path}");
    }
    // And what stands right beside each of them is not.
    for json in [
        marginal(r#"{"percent": 1}"#),
        revenue(r#", "rating": "marginal", "crossing": "new", "window": {"days": 30}"#),
        revenue(r#", "rating": "marginal", "limits": {"commissions_per_window": 1, "amount_per_window": 1}"#),
        revenue(r#", "rating": "marginal", "referee": {"payment": {"flat": 1}, "order": {"percent": 1, "max": 2}}"#),
        whole(r#""limits": {"months_after_signup": 1}"#),
        whole(r#""window": "event""#),
        with(r#", "crossing": "old", "window": {"days": 30}, "limits": {"amount_per_window": 1}"#),
    ] {
        plan(&json);
    }
}

#[test]
fn a_message_is_short_whatever_the_plan_holds() {
    let key = "k".repeat(100_000);
    assert!(refused(&with(&format!(r#", "{key}": 1"#))).len() < 1000);
}

proptest! {
    #[test]
    fn no_json_makes_the_parser_panic(text in any::<String>(), number in any::<f64>()) {
        let number = serde_json::Number::from_f64(number).map_or_else(|| "0".to_owned(), |number| number.to_string());
        let text = serde_json::to_string(&text).unwrap();
        for json in [
            with(&format!(r#", "hold_days": {number}"#)),
            with(&format!(r#", "time_zone": {text}"#)),
            with(&format!(r#", {text}: {text}"#)),
            with(&format!(r#", "window": {text}"#)),
            with(&format!(r#", "window": {{"days": {number}}}"#)),
            with(&format!(r#", "limits": {{"amount_per_window": {number}, "months_after_signup": {number}}}"#)),
            with(&format!(r#", "limits": {{{text}: {number}, "commissions_per_window": {number}}}"#)),
            with(&format!(r#", "referee": {{{text}: {{"percent": {number}, "min": {number}, "max": {text}}}}}"#)),
            with_tier(&format!(r#"{{"name": {text}, "from": {number}, "rates": {{{text}: {{"flat": {number}}}}}}}"#)),
        ] {
            let _ = parse(&serde_json::from_str(&json).unwrap());
        }
    }
}
