//! Which events are refused, and with which of several reasons.

use super::world::{number, time};
use crate::domain::eligibility::{Amount, Occurrence, Refusal, TieState, check};
use crate::domain::plan::tests::plan;
use crate::domain::plan::{PlanVersion, Program};
use crate::domain::timestamp::Timestamp;
use std::rc::Rc;

/// A program whose plan holds from 2026 on.
fn program(paused: bool, json: &str) -> Program {
    let effective_from = time("2026-01-01T00:00:00Z");
    let versions = vec![PlanVersion { version: 1, effective_from, plan: Rc::new(plan(json)) }];
    Program { id: 1, name: "default".into(), paused, versions }
}

const PLAN: &str = r#"{"currency": "USD", "limits": {"months_after_signup": 12}, "referee": {"visit": {"flat": 1}},
    "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 5}, "order": {"flat": 1}}}]}"#;

fn payment() -> Occurrence<'static> {
    Occurrence {
        kind: "payment",
        key: "ch_1",
        referee_id: 8,
        at: time("2026-06-01T00:00:00Z"),
        amount: Amount::Given(number("10")),
        currency: None,
        tied_at: time("2026-01-15T00:00:00Z"),
        tie: TieState::Apart,
    }
}

/// The reason of a refusal; `None` for an eligible event.
fn refused(event: Occurrence) -> Option<Refusal> {
    check(&program(false, PLAN), &event).err()
}

#[test]
fn of_several_reasons_the_first_is_given() {
    let at = time("2025-12-31T23:59:59.999999Z");
    // Everything is wrong with it; one thing after another is put right.
    let mut event = Occurrence {
        kind: "fax",
        amount: Amount::Unusable,
        currency: Some("EUR"),
        at,
        tied_at: Timestamp::from_micros(0),
        ..payment()
    };
    assert_eq!(check(&program(true, PLAN), &event).err(), Some(Refusal::ProgramPaused));
    assert_eq!(refused(event), Some(Refusal::NoPlan));
    event.at = payment().at;
    assert_eq!(refused(event), Some(Refusal::NoRate));
    event.kind = "payment";
    assert_eq!(refused(event), Some(Refusal::AmountOutOfRange));
    for amount in [Amount::Absent, Amount::Given(number("-0.01"))] {
        event.amount = amount;
        assert_eq!(refused(event), Some(Refusal::InvalidAmount));
    }
    event.amount = payment().amount;
    assert_eq!(refused(event), Some(Refusal::CurrencyMismatch));
    event.currency = Some("USD");
    assert_eq!(refused(event), Some(Refusal::Expired));
    event.tied_at = payment().tied_at;
    assert_eq!(refused(event), None);
}

#[test]
fn only_a_percentage_needs_an_amount() {
    for (kind, amount, expected) in [
        ("order", Amount::Absent, None),
        ("order", Amount::Given(number("-1")), Some(Refusal::InvalidAmount)),
        ("order", Amount::Unusable, Some(Refusal::AmountOutOfRange)),
        ("payment", Amount::Given(number("0")), None),
        // Some databases keep a zero with a sign.
        ("payment", Amount::Given(-number("0.00")), None),
        ("payment", Amount::Absent, Some(Refusal::InvalidAmount)),
        // What only the referee earns is rated as well.
        ("visit", Amount::Absent, None),
    ] {
        assert_eq!(refused(Occurrence { kind, amount, ..payment() }), expected, "{kind} {amount:?}");
    }
}

#[test]
fn currencies_are_compared_as_providers_write_them() {
    for currency in ["USD", "usd", " Usd "] {
        assert_eq!(refused(Occurrence { currency: Some(currency), ..payment() }), None, "{currency}");
    }
    for currency in ["EUR", "US", "USDT", "U S D"] {
        let event = Occurrence { currency: Some(currency), ..payment() };
        assert_eq!(refused(event), Some(Refusal::CurrencyMismatch), "{currency}");
    }
}

/// Whether an event of one time is expired for a tie of another, under a plan that gives so many months.
fn expired(months: u32, zone: &str, tied_at: &str, at: &str) -> bool {
    let plan = plan(&format!(
        r#"{{"currency": "USD", "time_zone": "{zone}", "limits": {{"months_after_signup": {months}}},
            "tiers": [{{"name": "A", "from": 0, "rates": {{}}}}]}}"#
    ));
    plan.is_expired(time(tied_at), time(at))
}

#[test]
fn attribution_ends_with_the_month() {
    for (months, zone, tied_at, first_expired) in [
        (12, "UTC", "2026-01-15T10:20:30.5Z", "2027-01-15T10:20:30.5Z"),
        // The day is that of the end of a shorter month.
        (1, "UTC", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"),
        (1, "UTC", "2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z"),
        (12, "UTC", "2028-02-29T12:00:00Z", "2029-02-28T12:00:00Z"),
        (48, "UTC", "2028-02-29T12:00:00Z", "2032-02-29T12:00:00Z"),
        // In New York it is still 31 January, and noon on either side of a change of the clock.
        (1, "America/New_York", "2026-02-01T04:30:00Z", "2026-03-01T04:30:00Z"),
        (1, "America/New_York", "2026-02-15T17:00:00Z", "2026-03-15T16:00:00Z"),
        // 02:30 on 8 March 2026 does not exist there: with the offset before, it is 03:30.
        (1, "America/New_York", "2026-02-08T07:30:00Z", "2026-03-08T07:30:00Z"),
        // Apia had no 30 December 2011 at all.
        (1, "Pacific/Apia", "2011-11-30T20:00:00Z", "2011-12-30T20:00:00Z"),
        // 01:30 on 1 November 2026 comes twice: the first.
        (1, "America/New_York", "2026-10-01T05:30:00Z", "2026-11-01T05:30:00Z"),
        // And it may be the second that the months are counted from.
        (1, "America/New_York", "2026-11-01T06:30:00Z", "2026-12-01T06:30:00Z"),
    ] {
        let last = Timestamp::from_micros(time(first_expired).micros() - 1).to_string();
        assert!(expired(months, zone, tied_at, first_expired), "{months} {zone} {tied_at}");
        assert!(!expired(months, zone, tied_at, &last), "{months} {zone} {tied_at}");
    }
}

#[test]
fn attribution_ends_at_no_time_that_never_comes() {
    assert!(!expired(1200, "UTC", "9998-12-31T23:59:59Z", "9998-12-31T23:59:59.999999Z"));
    assert!(expired(1200, "Pacific/Apia", "0001-01-01T00:00:00Z", "0101-01-01T00:00:00Z"));
}
