//! Plans in JSON: what is read of them.

use super::plan_text::{revenue, with, with_rate, with_tier};
use crate::domain::currency::{Currency, Rounding};
use crate::domain::plan::tests::plan;
use crate::domain::plan::{Accrual, Crossing, Limits, Metric, PlanVersion, Program, Rate, RatingMethod};
use crate::domain::timestamp::Timestamp;
use crate::domain::window::Window;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::rc::Rc;

#[test]
fn defaults_are_those_of_the_design() {
    let plan = plan(&with(""));
    assert_eq!(plan.metric, Metric::Referrals);
    assert_eq!(plan.window, Window::Lifetime);
    assert_eq!(plan.zone.iana_name(), Some("UTC"));
    assert_eq!(plan.method, RatingMethod::Forward);
    assert_eq!(plan.crossing, Crossing::New);
    assert_eq!(plan.rounding, Rounding::HalfUp);
    assert_eq!(plan.accrual, Accrual::Immediate);
    assert_eq!(plan.hold_days, 0);
    assert!(plan.reversal_lowers_volume);
    assert_eq!(plan.limits, Limits::default());
    assert_eq!(plan.limits.months_after_signup, None);
    assert!(plan.referee.is_empty());
}

#[test]
fn every_word_of_the_design_is_read() {
    let read = |key: &str, word: &str| plan(&revenue(&format!(r#", "{key}": {word}"#)));
    for (word, metric) in [("referrals", Metric::Referrals), ("events", Metric::Events), ("revenue", Metric::Revenue)] {
        assert_eq!(plan(&with(&format!(r#", "metric": "{word}""#))).metric, metric);
    }
    for (word, window) in [
        (r#""lifetime""#, Window::Lifetime),
        (r#""month""#, Window::Month),
        (r#""quarter""#, Window::Quarter),
        (r#""year""#, Window::Year),
        (r#""event""#, Window::Event),
        (r#"{"days": 1}"#, Window::Days(1)),
        (r#"{"days": "36500"}"#, Window::Days(36_500)),
    ] {
        assert_eq!(read("window", word).window, window, "{word}");
    }
    for (word, method) in
        [("forward", RatingMethod::Forward), ("marginal", RatingMethod::Marginal), ("whole", RatingMethod::Whole)]
    {
        assert_eq!(read("rating", &format!("\"{word}\"")).method, method);
    }
    for (word, rounding) in [("half_up", Rounding::HalfUp), ("half_even", Rounding::HalfEven), ("down", Rounding::Down)]
    {
        assert_eq!(read("rounding", &format!("\"{word}\"")).rounding, rounding);
        assert_eq!(rounding.as_str(), word);
    }
    assert_eq!(read("crossing", "\"old\"").crossing, Crossing::Old);
    for (word, accrual) in [("immediate", Accrual::Immediate), ("queued", Accrual::Queued)] {
        assert_eq!(read("accrual", &format!("\"{word}\"")).accrual, accrual);
    }
    assert!(!read("reversal_lowers_volume", "false").reversal_lowers_volume);
    assert_eq!(read("hold_days", "36500").hold_days, 36_500);
}

#[test]
fn a_program_queues_by_the_version_of_now_and_may_have_queued_by_any() {
    let version = |version, start, accrual: &str| PlanVersion {
        version,
        effective_from: start,
        plan: Rc::new(plan(&with(&format!(r#", "accrual": "{accrual}""#)))),
    };
    let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
    let program = |versions| Program { id: 1, name: "default".into(), paused: false, versions };
    let never = program(vec![version(1, Timestamp::NEG_INFINITY, "immediate")]);
    assert!(!never.queues_at(at(0)) && !never.may_have_queued());
    let once =
        program(vec![version(1, at(0), "immediate"), version(2, at(10), "queued"), version(3, at(20), "immediate")]);
    let queues: Vec<bool> = [-1, 0, 9, 10, 19, 20].map(|second| once.queues_at(at(second))).to_vec();
    assert_eq!(queues, [false, false, false, true, true, false]);
    assert!(once.may_have_queued());
}

#[test]
fn rates_limits_and_the_referee_are_read() {
    let of = |rate: &str| plan(&with_rate("payment", rate)).tiers[1].rates["payment"].clone();
    let percent = |percent: Decimal, min, max| Rate::Percent { percent, min, max };
    assert_eq!(of(r#"{"percent": "7.5"}"#), percent(Decimal::new(75, 1), None, None));
    assert_eq!(of(r#"{"percent": 250}"#), percent(Decimal::from(250), None, None));
    assert_eq!(of(r#"{"percent": 0}"#), percent(Decimal::ZERO, None, None));
    let both = of(r#"{"percent": 5, "min": "0.10", "max": 50}"#);
    assert_eq!(both, percent(Decimal::from(5), Some(Decimal::new(10, 2)), Some(Decimal::from(50))));
    let equal = of(r#"{"percent": 5, "min": 1, "max": 1.0}"#);
    assert_eq!(equal, percent(Decimal::from(5), Some(Decimal::ONE), Some(Decimal::ONE)));

    let limits = |json: &str| plan(&with(&format!(r#", "limits": {json}"#))).limits;
    assert_eq!(limits("{}"), Limits::default());
    let all = limits(
        r#"{"commissions_per_window": "1000000000", "amount_per_window": "500.00", "months_after_signup": 1200}"#,
    );
    assert_eq!(all.commissions_per_window, Some(1_000_000_000));
    assert_eq!(all.amount_per_window, Some(Decimal::from(500)));
    assert_eq!(all.months_after_signup, Some(1200));
    assert!(limits(r#"{"amount_per_window": 0}"#).look_back());
    assert!(!limits(r#"{"months_after_signup": 1}"#).look_back());

    let referee = plan(&with(r#", "referee": {"signup": {"flat": 5}, "payment": {"percent": 1}}"#)).referee;
    assert_eq!(referee.keys().collect::<Vec<_>>(), ["payment", "signup"]);
    assert_eq!(referee["signup"], Rate::Flat(Decimal::from(5)));
}

#[test]
fn kinds_are_rated_by_a_tier_or_by_the_referee_block() {
    let plan = plan(&with_rate("payment", r#"{"percent": 5}"#).replace(
        r#""currency": "USD","#,
        r#""currency": "USD", "referee": {"signup": {"flat": 5}, "order": {"percent": 1}},"#,
    ));
    let of = |kind| (plan.rates_kind(kind), plan.needs_amount(kind));
    assert_eq!(of("payment"), (true, true));
    assert_eq!(of("signup"), (true, false));
    assert_eq!(of("order"), (true, true));
    assert_eq!(of("Payment"), (false, false));
}

#[test]
fn numbers_are_exact_however_written() {
    for written in ["12.345", "\"12.345\"", "12.3450", "\"12.34500\""] {
        let tier = format!(r#"{{"name": "B", "from": 2, "rates": {{"signup": {{"flat": {written}}}}}}}"#);
        let rate = &plan(&with_tier(&tier)).tiers[1].rates["signup"];
        assert_eq!(*rate, Rate::Flat(Decimal::new(12_345, 3)), "{written}");
    }
    let plan = plan(&with(r#", "hold_days": "30""#));
    assert_eq!(plan.hold_days, 30);
}

#[test]
fn a_unit_of_ones_own_is_a_currency() {
    let plan =
        plan(r#"{"currency": {"unit": "CREDIT", "decimals": 0}, "tiers": [{"name": "A", "from": 0, "rates": {}}]}"#);
    assert_eq!(plan.currency, Currency { code: "CREDIT".into(), decimals: 0 });
}

proptest! {
    #[test]
    fn any_amount_that_fits_is_read_exactly(mantissa in 0..=9_999_999_999_999_999_999i128, as_text in any::<bool>()) {
        let amount = Decimal::from_i128_with_scale(mantissa, 4);
        let written = if as_text { format!("\"{amount}\"") } else { amount.to_string() };
        let tier = format!(r#"{{"name": "B", "from": 2, "rates": {{"signup": {{"flat": {written}}}}}}}"#);
        prop_assert_eq!(&plan(&with_tier(&tier)).tiers[1].rates["signup"], &Rate::Flat(amount));
    }
}
