//! What verification makes of lines: nothing of those that the domain wrote itself, and something of every change to one.

use super::random::{history, plans, read};
use super::world::{World, number, time};
use crate::domain::line::{Recorded, Side};
use crate::domain::mode::Mode;
use crate::domain::plan::{PlanVersion, SIGN_UP};
use crate::domain::rating::{Basis, Note};
use crate::domain::reversal::Take;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::{Tied, differences};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The tie of a line's referee in the world: new with a sign-up, and from the beginning of time for all else.
pub fn tie(of: &Recorded) -> Option<Tied> {
    let at = if of.line.event_kind == SIGN_UP { of.line.occurred_at } else { time("0001-01-01T00:00:00Z") };
    Some(Tied { referrer_id: 7, at, mode: Mode::Live })
}

/// What differs of a line, each as the line's number and the words.
pub fn found(of: &Recorded, version: &PlanVersion, tie: Option<Tied>) -> Vec<(i64, String)> {
    differences(of, version, tie).into_iter().map(|difference| (difference.line, difference.what)).collect()
}

/// Plans of any kind, some in points with more decimals, and some that hold commissions back.
fn all_plans() -> impl Strategy<Value = Value> {
    let unit = prop::option::of(2..=4u32);
    (plans(), unit, 0..40u32).prop_map(|(mut plan, decimals, hold_days)| {
        if let Some(decimals) = decimals {
            plan["currency"] = json!({"unit": "points", "decimals": decimals});
        }
        plan["hold_days"] = json!(hold_days);
        plan
    })
}

proptest! {
    /// Also where a statement takes many events, whose lines the record does not show to each other.
    #[test]
    fn nothing_differs_of_what_the_domain_writes(first in all_plans(), second in all_plans(), steps in history(), cuts in any::<u32>()) {
        let mut world = World::with(vec![read(&first), read(&second)]);
        for (index, step) in steps.iter().enumerate() {
            match (cuts >> index & 1 == 1, world.statement.is_some()) {
                (true, true) => world.end(),
                (true, false) => world.begin(),
                _ => (),
            }
            world.step(step);
        }
        for of in world.lines() {
            let version = world.program.plan_version(of.line.plan_version).unwrap();
            prop_assert_eq!(found(of, version, tie(of)), [], "{:?}", of);
        }
    }
}

/// From 0 and 100 in a month: 5 and 10 %; a sign-up earns both sides something.
const PLAN: &str = r#"{"currency": "USD", "metric": "revenue", "window": "month", "rating": "whole", "hold_days": 3,
    "reversal_lowers_volume": false, "referee": {"signup": {"flat": 1}}, "tiers": [
    {"name": "Bronze", "from": 0, "rates": {"payment": {"percent": 5}, "signup": {"flat": 2}}},
    {"name": "Silver", "from": 100, "rates": {"payment": {"percent": 10}, "order": {"flat": 3}, "signup": {"flat": 2}}}]}"#;

fn day(day: u32) -> Timestamp {
    time("2026-01-01T00:00:00Z").plus_days(day - 1)
}

/// The numbers of the lines: of a sign-up for either side, of a payment rated again and reversed, of an order worth nothing.
const SIGNED_UP: usize = 0;
const WELCOME: usize = 1;
pub const PAID: usize = 2;
const ORDERED: usize = 4;

/// The plan, and a history under it.
pub fn world() -> World {
    let mut world = World::of(PLAN);
    world.sign_up(day(1)).unwrap();
    world.pay(day(2), "60");
    world.pay(day(3), "60");
    // In a month of its own it finds no rate.
    world.event("order", day(40), None).unwrap();
    for take in [Take::Amount(number("1")), Take::Refund(number("20")), Take::Rest] {
        world.reverse(PAID, take).unwrap();
    }
    // The plan holds from the day of the sign-up.
    world.program.versions[0].effective_from = day(1);
    world
}

/// What differs of a line after a change of it.
fn changed(line: usize, change: impl FnOnce(&mut Recorded)) -> Vec<String> {
    let world = world();
    let (mut of, tie) = (world.line(line).clone(), tie(world.line(line)));
    let version = &world.program.versions[0];
    assert_eq!(found(&of, version, tie), []);
    change(&mut of);
    let found = found(&of, version, tie);
    assert!(found.iter().all(|(line, _)| *line == of.id), "{found:?}");
    found.into_iter().map(|(_, what)| what).collect()
}

#[test]
fn the_lines_are_what_these_tests_take_them_for() {
    let world = world();
    let line = |number: usize| &world.line(number).line;
    let told = |number| (line(number).side, line(number).event_kind.as_str(), line(number).note);
    assert_eq!(told(SIGNED_UP), (Side::Referrer, SIGN_UP, None));
    assert_eq!(told(WELCOME), (Side::Referee, SIGN_UP, None));
    assert_eq!(told(PAID), (Side::Referrer, "payment", None));
    assert_eq!(told(ORDERED), (Side::Referrer, "order", Some(Note::NoRateAtTier)));
}

#[test]
fn facts_of_a_line() {
    assert_eq!(changed(PAID, |of| of.line.currency = "EUR".into()), ["currency is EUR and should be USD"]);
    assert_eq!(
        changed(PAID, |of| of.line.payable_at = day(6)),
        ["payable_at is 2026-01-06T00:00:00Z and should be 2026-01-05T00:00:00Z"]
    );
    assert_eq!(changed(PAID, |of| of.line.referrer_id = 9), ["referrer is 9 and should be 7"]);
    let before = |of: &mut Recorded| {
        (of.line.occurred_at, of.line.payable_at) = (time("2025-12-31T23:59:59Z"), time("2026-01-03T23:59:59Z"))
    };
    let early = "occurred_at is 2025-12-31T23:59:59Z, before its plan version holds";
    assert_eq!(changed(PAID, before), [early]);
    for line in [SIGNED_UP, WELCOME] {
        assert_eq!(
            changed(line, before),
            [early, "occurred_at is 2025-12-31T23:59:59Z and should be 2026-01-01T00:00:00Z"]
        );
        assert_eq!(changed(line, |of| of.line.event_key = "101".into()), ["event_key is 101 and should be 100"]);
        assert_eq!(changed(line, |of| of.line.referee_id = 101), ["event_key is 100 and should be 101"]);
    }
    // A moment later than the tie, and held for as long.
    assert_eq!(
        changed(SIGNED_UP, |of| (of.line.occurred_at, of.line.payable_at) = (day(2), day(5))),
        ["occurred_at is 2026-01-02T00:00:00Z and should be 2026-01-01T00:00:00Z"]
    );
}

#[test]
fn the_tie_of_a_line() {
    let world = world();
    let version = &world.program.versions[0];
    for line in [SIGNED_UP, WELCOME, PAID] {
        let of = world.line(line);
        assert_eq!(found(of, version, None), [(of.id, "its referee is tied to nobody".to_owned())]);
        let other = tie(of).map(|tie| Tied { referrer_id: 8, ..tie });
        assert_eq!(found(of, version, other), [(of.id, "referrer is 7 and should be 8".to_owned())]);
    }
    // A sign-up counts to the volume that rates it only in the mode of its tie.
    let mut world = World::of(
        r#"{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}}},
            {"name": "B", "from": 1, "rates": {"signup": {"flat": 2}}}]}"#,
    );
    world.sign_up(day(1)).unwrap();
    let (of, version) = (world.line(0), &world.program.versions[0]);
    assert_eq!(found(of, version, tie(of)), []);
    let mock = tie(of).map(|tie| Tied { mode: Mode::Mock, ..tie });
    let words: Vec<String> = found(of, version, mock).into_iter().map(|(_, what)| what).collect();
    assert_eq!(
        words,
        ["tier is B and should be A", "rate is flat 2 and should be flat 1", "amount is 2 and should be 1"]
    );
}

#[test]
fn the_rating_of_a_line() {
    assert_eq!(changed(PAID + 1, |of| of.line.amount = number("6.01")), ["amount is 6.01 and should be 6"]);
    assert_eq!(changed(WELCOME, |of| of.line.amount = number("2")), ["amount is 2 and should be 1"]);
    assert_eq!(
        changed(PAID + 1, |of| of.line.basis = Basis::Percent(number("10.5"))),
        ["rate is percent 10.5 and should be percent 10"]
    );
    assert_eq!(
        changed(SIGNED_UP, |of| of.line.basis = Basis::Percent(number("2"))),
        ["rate is percent 2 and should be flat 2"]
    );
    assert_eq!(changed(ORDERED, |of| of.line.basis = Basis::Bands), ["rate is bands and should be none"]);
    assert_eq!(changed(PAID + 1, |of| of.line.tier = Some("Bronze".into())), ["tier is Bronze and should be Silver"]);
    assert_eq!(changed(PAID + 1, |of| of.line.tier = None), ["tier is none and should be Silver"]);
    assert_eq!(changed(WELCOME, |of| of.line.tier = Some("Bronze".into())), ["tier is Bronze and should be none"]);
    assert_eq!(
        changed(PAID + 1, |of| of.line.note = Some(Note::NoRateAtTier)),
        ["note is no_rate_at_tier and should be none"]
    );
    assert_eq!(changed(ORDERED, |of| of.line.note = None), ["note is none and should be no_rate_at_tier"]);
    // This plan has no limit that could have capped it.
    assert_eq!(changed(PAID + 1, |of| of.line.note = Some(Note::Capped)), ["note is capped and should be none"]);
    // The amount of the event tells by what it is worth.
    assert_eq!(changed(PAID + 1, |of| of.line.base_amount = Some(number("61"))), ["amount is 6 and should be 6.1"]);
    assert_eq!(
        changed(PAID + 1, |of| of.line.volume_before = number("30")),
        [
            "tier is Silver and should be Bronze",
            "rate is percent 10 and should be percent 5",
            "amount is 6 and should be 3"
        ]
    );
    assert_eq!(
        changed(WELCOME, |of| of.line.event_kind = "payment".into()),
        ["its plan pays the referee nothing for this"]
    );
    assert_eq!(
        changed(PAID + 1, |of| of.line.base_amount = Some(number("1000000000000000000000"))),
        ["its amount does not fit the ledger"]
    );
}

#[test]
fn a_capped_line_is_below_its_rate_and_not_below_nothing() {
    let mut world = World::of(
        r#"{"currency": "USD", "metric": "revenue", "limits": {"amount_per_window": 7}, "tiers": [
            {"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}"#,
    );
    for _ in 0..2 {
        world.pay(day(1), "50");
    }
    let version = &world.program.versions[0];
    let words = |amount: &str, note: Option<Note>| -> Vec<String> {
        let mut of = world.line(1).clone();
        (of.line.amount, of.line.note) = (number(amount), note);
        found(&of, version, tie(&of)).into_iter().map(|(_, what)| what).collect()
    };
    let none: [&str; 0] = [];
    assert_eq!((world.line(1).line.amount, world.line(1).line.note), (number("2"), Some(Note::Capped)));
    for amount in ["0", "2", "4.99"] {
        assert_eq!(words(amount, Some(Note::Capped)), none);
    }
    assert_eq!(words("5", Some(Note::Capped)), ["amount is 5, capped from 5"]);
    assert_eq!(words("-0.01", Some(Note::Capped)), ["amount is -0.01, capped from 5"]);
    assert_eq!(words("2", None), ["amount is 2 and should be 5"]);
}
