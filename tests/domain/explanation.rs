//! Explanations, word for word.

use super::world::{World, number, time};
use crate::domain::explanation::{Subject, of_accrual, of_correction};
use crate::domain::reversal::Take;

fn subject(world: &World, line: usize) -> Subject<'_> {
    Subject {
        recorded: world.line(line),
        program: "partners",
        version: &world.program.versions[0],
        referrer: "ann",
        referee: "bob",
        event_key: "ch_1",
    }
}

fn explained(world: &World, line: usize) -> String {
    of_accrual(&subject(world, line))
}

/// The sentence of an explanation that begins with a word.
fn sentence(world: &World, line: usize, word: &str) -> String {
    let all = explained(world, line);
    all.lines().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("no {word} in {all}")).to_owned()
}

fn monthly() -> World {
    let mut world = World::of(
        r#"{"currency": "USD", "metric": "revenue", "window": "month", "time_zone": "America/New_York", "hold_days": 30,
            "limits": {"commissions_per_window": 12, "amount_per_window": "7"}, "referee": {"payment": {"flat": "2.5"}},
            "tiers": [{"name": "Bronze", "from": 0, "rates": {"payment": {"percent": "5", "min": "0.10", "max": 50}}},
                {"name": "Silver", "from": 100, "rates": {"payment": {"percent": "7.5"}}}]}"#,
    );
    world.pay(time("2026-03-01T05:00:00Z"), "33.33");
    world.pay(time("2026-03-02T05:00:00Z"), "100");
    world
}

#[test]
fn a_percentage_with_bounds() {
    assert_eq!(
        explained(&monthly(), 0),
        "Line 0: 1.67 USD for referrer ann (live).\n\
         Event: payment ch_1 of bob over 33.33 USD, on 2026-03-01T05:00:00Z.\n\
         Plan: version 1 of program partners, in force from the beginning.\n\
         Window: the month from 2026-03-01T05:00:00Z to before 2026-04-01T04:00:00Z (America/New_York).\n\
         Volume: 0.00 USD before the event, 33.33 USD with it.\n\
         Tier: Bronze, from 0, by the volume with the event.\n\
         Rate: 5 % of 33.33 USD, at least 0.10 USD, at most 50.00 USD = 1.6665; rounded half_up to 2 decimals of USD.\n\
         Hold: 30 x 24 hours, payable from 2026-03-31T05:00:00Z."
    );
}

#[test]
fn a_reward_of_the_referee() {
    assert_eq!(
        explained(&monthly(), 1),
        "Line 1: 2.50 USD for referee bob (live).\n\
         Event: payment ch_1 of bob over 33.33 USD, on 2026-03-01T05:00:00Z.\n\
         Plan: version 1 of program partners, in force from the beginning.\n\
         A reward for the referee, whatever the referrer's tier. \
         Rate: 2.50 USD flat; rounded half_up to 2 decimals of USD.\n\
         Hold: 30 x 24 hours, payable from 2026-03-31T05:00:00Z."
    );
}

#[test]
fn a_limit() {
    let world = monthly();
    assert_eq!(sentence(&world, 2, "Line 2"), "Line 2: 5.33 USD for referrer ann (live).");
    assert_eq!(
        sentence(&world, 2, "Limits"),
        "Limits: 12 commissions in a window and 7.00 USD in a window, which leaves 5.33 USD."
    );
    assert!(!explained(&world, 0).contains("Limits"));
}

#[test]
fn bands() {
    let mut world = World::of(
        r#"{"currency": "USD", "metric": "revenue", "rating": "marginal", "rounding": "down", "tiers": [
            {"name": "Bronze", "from": 10, "rates": {"payment": {"percent": "5"}}},
            {"name": "Silver", "from": 100, "rates": {"payment": {"percent": "7.5"}}}]}"#,
    );
    for amount in ["5", "150.55", "1"] {
        world.pay(time("2026-03-01T00:00:00Z"), amount);
    }
    assert_eq!(
        [0, 1, 2].map(|line| sentence(&world, line, "Tier")),
        [
            "Tier: none, where the last slice of the amount falls; the first begins at 10.",
            "Tier: Silver, from 100, where the last slice of the amount falls.",
            "Tier: Silver, from 100, where the last slice of the amount falls.",
        ]
    );
    assert_eq!(
        [0, 1, 2].map(|line| sentence(&world, line, "Rate")),
        [
            "Rate: none for payment here (below_first_tier).",
            "Rate: 5 at no rate (no tier) + 90 at 5 % (Bronze) + 55.55 at 7.5 % (Silver) = 8.66625; \
             rounded down to 2 decimals of USD.",
            "Rate: 7.5 % of 1.00 USD = 0.075; rounded down to 2 decimals of USD.",
        ]
    );
}

#[test]
fn windows_and_crossings() {
    let mut world = World::of(
        r#"{"currency": "USD", "metric": "events", "window": {"days": 7}, "crossing": "old", "tiers": [
            {"name": "Bronze", "from": 1, "rates": {"payment": {"percent": "5"}}},
            {"name": "Silver", "from": 2, "rates": {}}]}"#,
    );
    for _ in 0..3 {
        world.pay(time("2026-03-01T00:00:00Z"), "5");
    }
    assert_eq!(sentence(&world, 0, "Window"), "Window: the 7 x 24 hours that end with the event.");
    assert_eq!(sentence(&world, 2, "Volume"), "Volume: 2 events before the event, 3 events with it.");
    assert_eq!(sentence(&world, 0, "Tier"), "Tier: none, by the volume before the event; the first begins at 1.");
    assert_eq!(sentence(&world, 1, "Tier"), "Tier: Bronze, from 1, by the volume before the event.");
    assert_eq!(sentence(&world, 2, "Rate"), "Rate: none for payment here (no_rate_at_tier).");
    assert_eq!(sentence(&world, 2, "Hold"), "Hold: none, payable from 2026-03-01T00:00:00Z.");
    let plan = r#"{"currency": "USD", "window": "event", "metric": "revenue", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"flat": 1}}}]}"#;
    let mut world = World::of(plan);
    world.pay(time("2026-03-01T00:00:00Z"), "5");
    assert_eq!(sentence(&world, 0, "Window"), "Window: the event by itself; nothing accumulates.");
    assert_eq!(sentence(&world, 0, "Volume"), "Volume: 0.00 USD before the event, 5.00 USD with it.");
}

#[test]
fn corrections() {
    let mut world = World::of(
        r#"{"currency": "USD", "rating": "whole", "tiers": [
            {"name": "Bronze", "from": 1, "rates": {"signup": {"flat": "5"}, "payment": {"percent": 10}}},
            {"name": "Silver", "from": 2, "rates": {"signup": {"flat": "7.5"}, "payment": {"percent": 20}}}]}"#,
    );
    world.sign_up(time("2026-03-01T00:00:00Z")).unwrap();
    world.sign_up(time("2026-03-01T00:00:00Z")).unwrap();
    let line = world.pay(time("2026-03-02T00:00:00Z"), "50");
    world.reverse(line, Take::Refund(number("20"))).unwrap();
    let first = "Line 0: 5.00 USD for referrer ann (live).\n\
         Event: signup ch_1 of bob, on 2026-03-01T00:00:00Z.\n\
         Plan: version 1 of program partners, in force from the beginning.\n\
         Window: lifetime.\n\
         Volume: 0 referrals before the event, 1 referral with it.\n\
         Tier: Bronze, from 1, by the volume with the event; other tiers of the window rate it again.\n\
         Rate: 5.00 USD flat; rounded half_up to 2 decimals of USD.\n\
         Hold: none, payable from 2026-03-01T00:00:00Z.\n\
         Line 1001, adjustment: 2.50 USD; tier Silver instead of Bronze.\n\
         Left: 7.50 USD.";
    assert_eq!(explained(&world, 0), first);
    assert_eq!(
        of_correction(1001, &subject(&world, 0)),
        format!("Line 1001: 2.50 USD, which rates again line 0; tier Silver instead of Bronze.\n{first}")
    );
    assert_eq!(
        sentence(&world, line, "Line 1002"),
        "Line 1002, reversal: -4.00 USD for a refund of 20.00 USD; asked for."
    );
    let of_reversal = of_correction(1002, &subject(&world, line));
    assert!(of_reversal.starts_with("Line 1002: -4.00 USD, which takes back line 2; asked for.\nLine 2: 10.00 USD"));
    assert!(of_reversal.ends_with("\nLeft: 6.00 USD."));
}
