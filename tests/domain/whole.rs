//! `whole` rating through the account: the tier that the volume has reached rates every line of the window.

use super::world::{World, number, time};
use crate::domain::book::Entry;
use crate::domain::line::Kind;
use crate::domain::plan::tests::plan;
use crate::domain::reversal::Take;
use crate::domain::timestamp::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// From 0, 100 and 300 in a month: 5, 10 and 2.5 %; an order earns 1, nothing and 7.
const LADDER: &str = r#"{"currency": "USD", "metric": "revenue", "window": "month", "rating": "whole", "tiers": [
    {"name": "Bronze", "from": 0, "rates": {"payment": {"percent": 5}, "order": {"flat": 1}}},
    {"name": "Silver", "from": 100, "rates": {"payment": {"percent": 10}}},
    {"name": "Gold", "from": 300, "rates": {"payment": {"percent": "2.5"}, "order": {"flat": 7}}}]}"#;

/// A day counted from 1 January 2026.
fn day(day: u32) -> Timestamp {
    time("2026-01-01T00:00:00Z").plus_days(day - 1)
}

fn adjustments(world: &World) -> Vec<(Decimal, &str)> {
    let lines = world.ledger.entries.iter().filter_map(|entry| match entry {
        Entry::Line(line) => Some(line),
        _ => None,
    });
    lines
        .filter(|line| line.kind == Kind::Adjustment)
        .map(|line| (line.amount, line.reason.as_deref().unwrap()))
        .collect()
}

#[test]
fn a_tier_reached_rates_the_earlier_lines_again() {
    let mut world = World::of(LADDER);
    world.pay(day(1), "40");
    world.event("order", day(2), None).unwrap();
    world.pay(day(3), "60");
    assert_eq!(world.nets(), [number("4"), number("0"), number("6")]);
    assert_eq!(
        adjustments(&world),
        [(number("2"), "tier Silver instead of Bronze"), (number("-1"), "tier Silver instead of Bronze"),]
    );
    // Another month is another window.
    world.pay(day(32), "500");
    assert_eq!(world.nets()[0], number("4"));
    world.pay(day(31), "200");
    assert_eq!(world.nets(), [number("1"), number("7"), number("1.5"), number("12.5"), number("5")]);
}

#[test]
fn a_reversal_that_lowers_the_tier_rates_downwards() {
    let mut world = World::of(LADDER);
    let first = world.pay(day(1), "60");
    let second = world.pay(day(2), "60");
    world.reverse(second, Take::Refund(number("30"))).unwrap();
    // Of the second, half is left, at Bronze; the volume is 90.
    assert_eq!((world.line(first).net(), world.line(second).net()), (number("3"), number("1.5")));
    world.reverse(first, Take::Rest).unwrap();
    world.pay(day(3), "70");
    assert_eq!(world.nets(), [number("0"), number("3"), number("7")]);
    assert_eq!(world.line(first).tier(), Some("Bronze"), "what is reversed in full is left alone");
}

#[test]
fn below_the_first_tier_nothing_is_left_of_a_rate() {
    let mut world = World::of(&LADDER.replace(r#""from": 0"#, r#""from": 50"#));
    let small = world.pay(day(1), "20");
    let large = world.pay(day(2), "30");
    assert_eq!(world.nets(), [number("1"), number("1.5")]);
    world.reverse(large, Take::Refund(number("10"))).unwrap();
    assert_eq!(world.nets(), [number("0"), number("0")]);
    assert_eq!(adjustments(&world).last().unwrap(), &(number("-1"), "no tier instead of Bronze"));
    assert_eq!(world.line(small).tier(), None);
}

#[test]
fn a_line_worth_the_same_at_every_tier_hides_no_other() {
    let mut world = World::of(LADDER);
    let nothing = world.pay(day(10), "0");
    let all = world.pay(day(5), "100");
    assert_eq!(world.nets(), [Decimal::ZERO, number("10")]);
    // The volume falls below Silver.
    world.reverse(all, Take::Refund(number("10"))).unwrap();
    assert_eq!(world.line(nothing).corrections, []);
    assert_eq!((world.line(all).tier(), world.line(all).net()), (Some("Bronze"), number("4.50")));
}

#[test]
fn a_tie_without_a_line_rates_again_unless_the_program_is_paused() {
    let mut world = World::of(
        r#"{"currency": "USD", "rating": "whole", "tiers": [{"name": "A", "from": 0, "rates": {"order": {"flat": 1}}},
            {"name": "B", "from": 1, "rates": {"order": {"flat": 2}}}, {"name": "C", "from": 2, "rates": {"order": {"flat": 3}}}]}"#,
    );
    world.event("order", day(1), None).unwrap();
    assert!(world.sign_up(day(2)).is_err());
    assert_eq!(world.nets(), [number("2")]);
    world.program.paused = true;
    assert!(world.sign_up(day(3)).is_err());
    assert_eq!(world.nets(), [number("2")]);
    // The next event finds the line behind its tier.
    world.program.paused = false;
    world.event("order", day(4), None).unwrap();
    assert_eq!(world.nets(), [number("3"), number("3")]);
}

#[test]
fn what_was_reversed_of_an_event_without_an_amount_is_a_share_of_the_money() {
    let mut world = World::of(
        r#"{"currency": "USD", "metric": "events", "rating": "whole", "tiers": [
            {"name": "A", "from": 1, "rates": {"order": {"flat": 6}}}, {"name": "B", "from": 2, "rates": {"order": {"flat": 12}}}]}"#,
    );
    world.event("order", day(1), None).unwrap();
    world.reverse(0, Take::Amount(number("2"))).unwrap();
    world.reverse(0, Take::Amount(number("1"))).unwrap();
    // A half is left; of 12 as well.
    let second = world.event("order", day(1), None).unwrap();
    assert_eq!(world.nets(), [number("6"), number("12")]);
    // A third less, which leaves a third of all.
    world.reverse(0, Take::Amount(number("2"))).unwrap();
    world.reverse(second, Take::Rest).unwrap();
    assert_eq!(world.nets(), [number("2"), number("0")]);
}

#[test]
fn by_the_event_every_event_has_its_own_tier() {
    let mut world = World::of(&LADDER.replace(r#""month""#, r#""event""#));
    for amount in ["40", "100", "40", "300"] {
        world.pay(day(1), amount);
    }
    assert_eq!(world.nets(), [number("2"), number("10"), number("2"), number("7.5")]);
    assert_eq!(adjustments(&world), []);
}

/// A payment of so many cents, on a day from 1 January to the end of February.
type Payment = (u32, i64);

/// The cents that each is worth, rated from nothing at the volume of its month: in integers, half up.
fn from_scratch(payments: &[Payment]) -> Vec<i64> {
    let month = |day: u32| day > 31;
    let volume = |of: u32| payments.iter().filter(|(day, _)| month(*day) == month(of)).map(|(_, cents)| cents).sum();
    let worth = |(day, cents): &Payment| {
        let thousandths: i64 = match volume(*day) {
            ..10_000 => 50,
            10_000..30_000 => 100,
            _ => 25,
        };
        (cents * thousandths * 2 + 1000) / 2000
    };
    payments.iter().map(worth).collect()
}

fn payments() -> impl Strategy<Value = Vec<Payment>> {
    prop::collection::vec((1..=59u32, prop_oneof![0..100i64, 0..15_000i64]), 1..12)
}

proptest! {
    #[test]
    fn after_every_event_all_is_as_rated_from_scratch(payments in payments(), gone in prop::collection::vec(any::<bool>(), 12)) {
        let mut world = World::of(LADDER);
        for (index, (on, cents)) in payments.iter().enumerate() {
            world.pay(day(*on), &Decimal::new(*cents, 2).to_string());
            let expected: Vec<Decimal> =
                from_scratch(&payments[..=index]).into_iter().map(|cents| Decimal::new(cents, 2)).collect();
            prop_assert_eq!(world.nets(), expected);
        }
        // And the same when some are reversed in full.
        let mut left = payments.clone();
        for (line, _) in gone.iter().take(payments.len()).enumerate().filter(|(_, gone)| **gone) {
            world.reverse(line, Take::Rest).unwrap();
            left[line].1 = 0;
            let expected: Vec<Decimal> =
                from_scratch(&left).into_iter().map(|cents| Decimal::new(cents, 2)).collect();
            prop_assert_eq!(world.nets(), expected);
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter((payments, order) in payments().prop_flat_map(|payments| {
        let numbers: Vec<usize> = (0..payments.len()).collect();
        (Just(payments), Just(numbers).prop_shuffle())
    })) {
        let (mut sorted, mut shuffled) = (World::of(LADDER), World::of(LADDER));
        for (on, cents) in &payments {
            sorted.pay(day(*on), &Decimal::new(*cents, 2).to_string());
        }
        let mut nets = vec![Decimal::ZERO; payments.len()];
        for index in &order {
            let (on, cents) = payments[*index];
            shuffled.pay(day(on), &Decimal::new(cents, 2).to_string());
        }
        for (line, index) in order.iter().enumerate() {
            nets[*index] = shuffled.line(line).net();
        }
        prop_assert_eq!(sorted.nets(), nets);
        prop_assert_eq!((sorted.standing.volume, sorted.standing.tier), (shuffled.standing.volume, shuffled.standing.tier));
    }

    /// A refund moves a line by its share, and a change of tier rates what is left: never more than a cent beside the
    /// exact share, whatever came before.
    #[test]
    fn refunds_leave_the_share(payments in payments(), refunds in prop::collection::vec((any::<usize>(), 1..=9i64), 0..10)) {
        let mut world = World::of(LADDER);
        for (on, cents) in &payments {
            world.pay(day(*on), &Decimal::new(*cents, 2).to_string());
        }
        for (line, tenths) in refunds {
            let line = line % payments.len();
            let base = world.line(line).base_left().unwrap();
            let _ = world.reverse(line, Take::Refund((base * Decimal::new(tenths, 1)).round_dp(2)));
            let plan = plan(LADDER);
            for of in world.lines() {
                let window = plan.window_at(of.line.occurred_at);
                let inside = world.lines().into_iter().filter(|other| window.holds(other.line.occurred_at));
                let volume: Decimal = inside.filter_map(|other| other.base_left()).sum();
                let percent = match volume {
                    volume if volume < number("100") => number("0.05"),
                    volume if volume < number("300") => number("0.1"),
                    _ => number("0.025"),
                };
                let off = of.net() - of.base_left().unwrap() * percent;
                prop_assert!(off.abs() <= number("0.01"), "{} off: {:?}", off, of);
            }
        }
    }
}
