//! Reversals: steps of any kind, in any order, of lines of any size.

use super::world::{World, number, time};
use crate::domain::line::{Recorded, Side};
use crate::domain::reversal::{Problem, Take};
use proptest::prelude::*;
use rust_decimal::Decimal;

const FIVE_PERCENT: &str = r#"{"currency": "USD", "metric": "revenue", "tiers": [
    {"name": "A", "from": 0, "rates": {"payment": {"percent": 5}, "order": {"flat": 3}}}]}"#;

/// A world with one payment.
fn paid(plan: &str, amount: &str) -> World {
    let mut world = World::of(plan);
    world.pay(time("2026-01-01T00:00:00Z"), amount);
    world
}

fn refund(world: &mut World, amount: &str) -> Result<(), Problem> {
    world.reverse(0, Take::Refund(number(amount)))
}

/// What each correction took of the money and of the event's amount.
fn taken(of: &Recorded) -> Vec<(Decimal, Option<Decimal>)> {
    of.corrections.iter().map(|of| (-of.amount, of.base_amount.map(|base| -base))).collect()
}

#[test]
fn refunds_take_the_share_of_what_was_earned() {
    // Of the 0.05 that 1.00 earned: 0.0165 and 0.033 are due after two steps, and all after the third.
    let mut world = paid(FIVE_PERCENT, "1.00");
    for amount in ["0.33", "0.33", "0.34"] {
        refund(&mut world, amount).unwrap();
    }
    let step = |money, base| (number(money), Some(number(base)));
    assert_eq!(taken(world.line(0)), [step("0.02", "0.33"), step("0.01", "0.33"), step("0.02", "0.34")]);
    assert!(world.line(0).is_reversed_in_full());
    assert_eq!(refund(&mut world, "0.01"), Err(Problem::ReversedInFull));
}

#[test]
fn what_cannot_be_taken() {
    let mut world = paid(FIVE_PERCENT, "100");
    for (take, problem) in [
        (Take::Amount(number("0")), Problem::NotPositive),
        (Take::Amount(number("-1")), Problem::NotPositive),
        (Take::Amount(number("0.001")), Problem::TooFine),
        (Take::Amount(number("5.01")), Problem::TooMuch(number("5"))),
        (Take::Refund(number("0")), Problem::NotPositive),
        (Take::Refund(number("-100")), Problem::NotPositive),
        (Take::Refund(number("100.0001")), Problem::TooMuch(number("100"))),
    ] {
        assert_eq!(world.reverse(0, take), Err(problem), "{take:?}");
    }
    refund(&mut world, "40").unwrap();
    assert_eq!(refund(&mut world, "60.01"), Err(Problem::TooMuch(number("60"))));
    assert_eq!(world.reverse(0, Take::Amount(number("3.01"))), Err(Problem::TooMuch(number("3"))));
    world.reverse(0, Take::Amount(number("3.00"))).unwrap();
    for take in [Take::Rest, Take::Amount(number("1")), Take::Refund(number("1"))] {
        assert_eq!(world.reverse(0, take), Err(Problem::ReversedInFull));
    }
    assert_eq!(taken(world.line(0)), [(number("2"), Some(number("40"))), (number("3"), Some(number("60")))]);
}

#[test]
fn an_event_without_an_amount_has_none_to_refund() {
    let mut world = World::of(FIVE_PERCENT);
    let order = world.event("order", time("2026-01-01T00:00:00Z"), None).unwrap();
    assert_eq!(world.reverse(order, Take::Refund(Decimal::ONE)), Err(Problem::NoAmount));
    world.reverse(order, Take::Amount(Decimal::ONE)).unwrap();
    world.reverse(order, Take::Rest).unwrap();
    assert_eq!(taken(world.line(order)), [(Decimal::ONE, None), (Decimal::TWO, None)]);
    let nothing = world.pay(time("2026-01-01T00:00:00Z"), "0");
    assert_eq!(world.reverse(nothing, Take::Refund(Decimal::ONE)), Err(Problem::NoAmount));
}

#[test]
fn a_line_of_nothing_is_reversed_once() {
    let mut world = paid(FIVE_PERCENT, "0.01");
    assert_eq!(world.line(0).net(), Decimal::ZERO);
    world.reverse(0, Take::Rest).unwrap();
    assert_eq!(taken(world.line(0)), [(Decimal::ZERO, Some(number("0.01")))]);
    assert_eq!(world.reverse(0, Take::Rest), Err(Problem::ReversedInFull));
}

#[test]
fn money_takes_its_share_of_the_amount_to_four_decimals() {
    let mut world = paid(FIVE_PERCENT, "100");
    world.reverse(0, Take::Amount(number("0.01"))).unwrap();
    world.reverse(0, Take::Amount(number("3"))).unwrap();
    // 100 x 0.01 / 5, then 99.8 x 3 / 4.99.
    assert_eq!(taken(world.line(0)), [(number("0.01"), Some(number("0.2"))), (number("3"), Some(number("60"))),]);
    let mut world = paid(FIVE_PERCENT, "1000.01");
    world.reverse(0, Take::Amount(number("7"))).unwrap();
    // 1000.01 x 7 / 50 is 140.0014.
    assert_eq!(world.line(0).base_left(), Some(number("860.0086")));
}

#[test]
fn refunds_catch_up_with_what_was_reversed_before() {
    let mut world = paid(FIVE_PERCENT, "100");
    world.reverse(0, Take::Amount(number("2"))).unwrap();
    // A refund of 30 is worth 1.50, of 60 3.00: 2.00 were taken already.
    refund(&mut world, "30").unwrap();
    refund(&mut world, "30").unwrap();
    assert_eq!(
        taken(world.line(0)),
        [(number("2"), Some(number("40"))), (number("0"), Some(number("30"))), (number("1"), Some(number("30"))),]
    );
    assert!(!world.line(0).is_reversed_in_full());
    refund(&mut world, "40").unwrap();
    assert_eq!((world.line(0).net(), world.line(0).is_reversed_in_full()), (Decimal::ZERO, true));
}

#[test]
fn a_refund_that_leaves_nothing_is_in_full() {
    let mut world = paid(FIVE_PERCENT, "1");
    world.reverse(0, Take::Amount(number("0.04"))).unwrap();
    // 0.95 x 0.05 is 0.0475, so 0.01 more; that is the rest, and of the amount 0.20 is.
    refund(&mut world, "0.95").unwrap();
    assert_eq!(taken(world.line(0))[1], (number("0.01"), Some(number("0.2"))));
    assert!(world.line(0).is_reversed_in_full());
    assert_eq!(refund(&mut world, "0.05"), Err(Problem::ReversedInFull));
}

#[test]
fn nothing_follows_from_a_refund_where_nothing_is_left_of_the_amount() {
    let mut world = paid(
        r#"{"currency": "USD", "metric": "events", "rating": "whole", "tiers": [
            {"name": "A", "from": 0, "rates": {"payment": {"percent": 100000}}},
            {"name": "B", "from": 2, "rates": {"payment": {"percent": 50000}}}]}"#,
        "0.0002",
    );
    // 0.16 of 0.20 take 0.00016 of the amount, which is all of it; the next tier rates what is left of it: nothing.
    world.reverse(0, Take::Amount(number("0.16"))).unwrap();
    world.pay(time("2026-01-01T00:00:00Z"), "1");
    assert_eq!((world.line(0).net(), world.line(0).is_reversed_in_full()), (Decimal::ZERO, false));
    refund(&mut world, "0.0001").unwrap();
    assert_eq!((world.line(0).net(), world.line(0).is_reversed_in_full()), (Decimal::ZERO, true));
}

#[test]
fn each_side_is_reversed_by_itself() {
    let plan = FIVE_PERCENT.replace(r#""tiers""#, r#""referee": {"payment": {"flat": 1}}, "tiers""#);
    let mut world = paid(&plan, "100");
    let standing = world.standing.clone();
    world.reverse(1, Take::Refund(number("50"))).unwrap();
    assert_eq!(world.line(1).line.side, Side::Referee);
    assert_eq!(world.nets(), [number("5"), number("0.5")]);
    assert_eq!(world.standing, standing, "what the referee earns moves nobody's volume");
    world.reverse(0, Take::Refund(number("50"))).unwrap();
    assert_eq!(world.standing.volume, number("50"));
    let reversal = &world.line(0).reversal_line(
        &crate::domain::reversal::Step { amount: number("1"), base: Some(number("2")), refunded: None, in_full: true },
        "why",
    );
    assert_eq!((reversal.amount, reversal.base_amount), (number("-1"), Some(number("-2"))));
    assert_eq!((reversal.reason.as_deref(), reversal.note), (Some("why"), None));
    assert_eq!(reversal.occurred_at, world.line(0).line.occurred_at);
}

/// A plan with a percentage in tenths, and decimals of its unit.
fn points(tenths: i64, decimals: u32, rounding: &str) -> String {
    let percent = Decimal::new(tenths, 1);
    format!(
        r#"{{"currency": {{"unit": "P", "decimals": {decimals}}}, "metric": "revenue", "rounding": "{rounding}",
            "tiers": [{{"name": "A", "from": 0, "rates": {{"payment": {{"percent": "{percent}"}}}}}}]}}"#
    )
}

/// An amount in ten-thousandths: small, middling and huge ones alike.
fn amount() -> impl Strategy<Value = i128> {
    (1..=17u32, 1..100_000_000_000_000_000i128).prop_map(|(digits, value)| value % 10i128.pow(digits) + 1)
}

fn rounding() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["half_up", "half_even", "down"])
}

fn rounded(numerator: i128, denominator: i128, rounding: &str) -> i128 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    let up = match rounding {
        "half_up" => rest * 2 >= denominator,
        "half_even" => rest * 2 > denominator || (rest * 2 == denominator && whole % 2 == 1),
        _ => false,
    };
    whole + i128::from(up)
}

proptest! {
    /// After every refund, what was reversed in all is round(accrued x refunded / amount), however it was cut up.
    #[test]
    fn refunds_total_the_rounded_share(
        amount in 1..10_000_000_000_000i128, tenths in 0..2000i64, decimals in 0..=4u32, rounding in rounding(),
        parts in prop::collection::vec(1..=1000i128, 1..12),
    ) {
        let text = Decimal::from_i128_with_scale(amount, 4).to_string();
        let mut world = paid(&points(tenths, decimals, rounding), &text);
        let accrued = world.line(0).line.amount.mantissa();
        let mut refunded = 0;
        for part in parts {
            let step = (amount * part / 2000).max(1);
            if refunded + step > amount {
                continue;
            }
            refunded += step;
            world.reverse(0, Take::Refund(Decimal::from_i128_with_scale(step, 4))).unwrap();
            let reversed: i128 = world.line(0).corrections.iter().map(|of| -of.amount.mantissa()).sum();
            prop_assert_eq!(reversed, rounded(accrued * refunded, amount, rounding));
            prop_assert_eq!(world.line(0).base_left(), Some(Decimal::from_i128_with_scale(amount - refunded, 4)));
            prop_assert_eq!(world.line(0).is_reversed_in_full(), refunded == amount);
            if refunded == amount {
                return Ok(());
            }
        }
        world.reverse(0, Take::Refund(Decimal::from_i128_with_scale(amount - refunded, 4))).unwrap();
        prop_assert_eq!((world.line(0).net().is_zero(), world.line(0).is_reversed_in_full()), (true, true));
    }

    /// Any mixture of steps never passes the line, and adds up to it when all is taken; volume falls by what was taken.
    #[test]
    fn any_mixture_adds_up(
        amount in amount(), tenths in 0..2000i64, decimals in 0..=4u32, rounding in rounding(),
        steps in prop::collection::vec((any::<bool>(), 1..=1000i64), 0..12), last in 0..3u8,
    ) {
        let text = Decimal::from_i128_with_scale(amount, 4).to_string();
        let mut world = paid(&points(tenths, decimals, rounding), &text);
        for (by_refund, part) in steps {
            let of = world.line(0);
            let share = |of: Decimal, decimals| (of * Decimal::new(part, 3)).round_dp(decimals);
            let take = match by_refund {
                true => Take::Refund(share(of.line.base_amount.unwrap() - of.refunded(), 4)),
                false => Take::Amount(share(of.net(), decimals)),
            };
            let before = of.clone();
            let done = world.reverse(0, take);
            let of = world.line(0);
            prop_assert!(of.net() >= Decimal::ZERO && of.net() <= before.net());
            prop_assert!(of.base_left() >= Some(Decimal::ZERO) && of.base_left() <= before.base_left());
            match take {
                Take::Amount(asked) if done.is_ok() => prop_assert_eq!(before.net() - of.net(), asked),
                Take::Refund(asked) if done.is_ok() => prop_assert_eq!(of.refunded() - before.refunded(), asked),
                _ => prop_assert_eq!(of, &before),
            }
            prop_assert_eq!(world.standing.volume, of.base_left().unwrap());
        }
        let of = world.line(0).clone();
        if !of.is_reversed_in_full() {
            let rest = match last {
                0 if of.net() > Decimal::ZERO => Take::Amount(of.net()),
                1 => Take::Refund(of.line.base_amount.unwrap() - of.refunded()),
                _ => Take::Rest,
            };
            world.reverse(0, rest).unwrap();
        }
        let of = world.line(0);
        prop_assert_eq!((of.net(), of.base_left(), of.is_reversed_in_full()), (Decimal::ZERO, Some(Decimal::ZERO), true));
        prop_assert_eq!(of.corrections.iter().filter(|of| of.in_full).count(), 1);
        let sum: Decimal = of.corrections.iter().map(|of| of.amount).sum();
        prop_assert_eq!(sum, -of.line.amount);
        prop_assert_eq!(world.standing.volume, Decimal::ZERO);
    }
}
