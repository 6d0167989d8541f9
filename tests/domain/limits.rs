//! Limits of a window, through the account.

use super::world::{World, number, time};
use crate::domain::eligibility::Refusal;
use crate::domain::plan::tests::plan;
use crate::domain::rating::{Basis, Note};
use crate::domain::reversal::Take;
use crate::domain::timestamp::Timestamp;
use rust_decimal::Decimal;

fn limited(limits: &str) -> World {
    World::of(&format!(
        r#"{{"currency": "USD", "metric": "revenue", "window": "month", "limits": {limits}, "referee": {{"payment": {{"flat": 1}}}},
            "tiers": [{{"name": "A", "from": 0, "rates": {{"payment": {{"percent": 10}}, "order": {{"flat": 0}}}}}}]}}"#
    ))
}

fn day(day: u32) -> Timestamp {
    time("2026-01-01T00:00:00Z").plus_days(day - 1)
}

/// Amount and note of a line.
fn of(world: &World, line: usize) -> (Decimal, Option<Note>) {
    (world.line(line).line.amount, world.line(line).line.note)
}

#[test]
fn a_count_is_of_lines_above_zero() {
    let mut world = limited(r#"{"commissions_per_window": 2}"#);
    let nothing = world.event("order", day(1), Some(number("5"))).unwrap();
    let lines: Vec<usize> = (1..=4).map(|on| world.pay(day(on), "100")).collect();
    assert_eq!(of(&world, nothing), (Decimal::ZERO, None));
    assert_eq!(of(&world, lines[1]), (number("10"), None));
    assert_eq!(of(&world, lines[2]), (Decimal::ZERO, Some(Note::Capped)));
    assert_eq!(world.line(lines[2]).line.basis, Basis::Percent(number("10")), "what it would have been stays");
    // The referee's reward is under no limit, and a month is over at its end.
    assert_eq!(of(&world, lines[3] + 1), (Decimal::ONE, None));
    let next = world.pay(day(32), "100");
    assert_eq!(of(&world, next), (number("10"), None));
    // A line reversed in full makes room for a later one, one reversed in part does not.
    world.reverse(lines[0], Take::Amount(number("9.99"))).unwrap();
    let none = world.pay(day(5), "100");
    assert_eq!(of(&world, none), (Decimal::ZERO, Some(Note::Capped)));
    world.reverse(lines[0], Take::Rest).unwrap();
    let some = world.pay(day(5), "100");
    assert_eq!(of(&world, some), (number("10"), None));
    let none = world.pay(day(5), "100");
    assert_eq!(of(&world, none), (Decimal::ZERO, Some(Note::Capped)));
}

#[test]
fn an_amount_is_trimmed_to_the_room_left() {
    let mut world = limited(r#"{"amount_per_window": "25.50"}"#);
    let lines: Vec<usize> = (1..=4).map(|on| world.pay(day(on), "100")).collect();
    assert_eq!(
        lines.iter().map(|line| of(&world, *line)).collect::<Vec<_>>(),
        [
            (number("10"), None),
            (number("10"), None),
            (number("5.5"), Some(Note::Capped)),
            (Decimal::ZERO, Some(Note::Capped)),
        ]
    );
    assert_eq!(world.line(lines[2]).line.amount.to_string(), "5.50");
    // What fits exactly is not trimmed.
    world.reverse(lines[0], Take::Amount(number("10"))).unwrap();
    let exact = world.pay(day(5), "100");
    assert_eq!(of(&world, exact), (number("10"), None));
    // Lines of nothing are not capped, even where there is no room at all.
    let nothing = world.pay(day(6), "0");
    assert_eq!(of(&world, nothing), (Decimal::ZERO, None));
}

#[test]
fn the_count_is_looked_at_before_the_amount() {
    let mut world = limited(r#"{"commissions_per_window": 1, "amount_per_window": 15}"#);
    world.pay(day(1), "100");
    let second = world.pay(day(2), "100");
    assert_eq!(of(&world, second), (Decimal::ZERO, Some(Note::Capped)));
    let mut world = limited(r#"{"commissions_per_window": 2, "amount_per_window": 15}"#);
    world.pay(day(1), "100");
    let second = world.pay(day(2), "100");
    assert_eq!(of(&world, second), (number("5"), Some(Note::Capped)));
}

#[test]
fn nothing_may_be_paid_at_all() {
    let mut world = limited(r#"{"amount_per_window": 0}"#);
    let line = world.pay(day(1), "100");
    assert_eq!(of(&world, line), (Decimal::ZERO, Some(Note::Capped)));
    assert_eq!(world.standing.volume, number("100"), "it counts all the same");
}

#[test]
fn a_window_of_days_slides() {
    let mut world = World::of(
        r#"{"currency": "USD", "window": {"days": 2}, "limits": {"amount_per_window": 15}, "tiers": [
            {"name": "A", "from": 0, "rates": {"order": {"flat": 10}}}]}"#,
    );
    let at = ["2026-01-01T12:00:00Z", "2026-01-03T11:59:59.999999Z", "2026-01-03T12:00:00Z", "2026-01-10T00:00:00Z"];
    for at in at {
        world.event("order", time(at), None).unwrap();
    }
    // The first is two days gone when the third comes: room for 10, less the 5 of the second.
    assert_eq!(world.nets(), ["10", "5", "10", "10"].map(number));
}

#[test]
fn by_the_event_nothing_is_used() {
    let mut world = World::of(
        r#"{"currency": "USD", "window": "event", "limits": {"amount_per_window": 15, "commissions_per_window": 1},
            "tiers": [{"name": "A", "from": 0, "rates": {"order": {"flat": 20}}}]}"#,
    );
    for _ in 0..3 {
        world.event("order", day(1), None).unwrap();
    }
    assert_eq!(world.nets(), ["15", "15", "15"].map(number));
}

#[test]
fn a_limit_that_is_passed_already_takes_nothing_back() {
    let version = |most| {
        plan(&format!(
            r#"{{"currency": "USD", "limits": {{"amount_per_window": {most}}}, "tiers": [
                {{"name": "A", "from": 0, "rates": {{"order": {{"flat": 10}}}}}}]}}"#
        ))
    };
    let mut world = World::with(vec![version(50), version(5)]);
    for on in ["1970-01-02T00:00:00Z", "1970-02-02T00:00:00Z"] {
        world.event("order", time(on), None).unwrap();
    }
    assert_eq!(world.nets(), ["10", "0"].map(number));
}

/// A unit may have had more decimals in an earlier version of the plan: what is left of the limit is not rounded up.
#[test]
fn a_limit_is_never_passed_by_rounding() {
    let version = |decimals| {
        plan(&format!(
            r#"{{"currency": {{"unit": "POINT", "decimals": {decimals}}}, "limits": {{"amount_per_window": 10}},
                "tiers": [{{"name": "A", "from": 0, "rates": {{"order": {{"flat": "4.4"}}}}}}]}}"#
        ))
    };
    let mut world = World::with(vec![version(1), version(0)]);
    for on in ["1970-01-02T00:00:00Z", "1970-02-02T00:00:00Z", "1970-02-03T00:00:00Z"] {
        world.event("order", time(on), None).unwrap();
    }
    // 10 less 4.4 less 4 is 1.6.
    assert_eq!(world.nets(), ["4.4", "4", "1"].map(number));
}

#[test]
fn months_end_an_attribution() {
    let mut world = limited(r#"{"months_after_signup": 1}"#);
    // The referee of these events was tied on 1 January of the year 1.
    let inside = world.event("payment", time("0001-01-31T23:59:59.999999Z"), Some(Decimal::ONE));
    assert_eq!(inside, Ok(0));
    let outside = world.event("payment", time("0001-02-01T00:00:00Z"), Some(Decimal::ONE));
    assert_eq!(outside, Err(Refusal::Expired));
}
