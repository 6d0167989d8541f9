//! Worked examples out of public documentation. Each names its source, and uses no figure that the source does not give.

use super::world::{World, number, time};
use crate::domain::book::Entry;
use crate::domain::eligibility::Refusal;
use crate::domain::line::Side;
use crate::domain::plan::SIGN_UP;
use crate::domain::rating::Note;
use crate::domain::reversal::Take;
use crate::domain::timestamp::Timestamp;
use rust_decimal::Decimal;

fn numbers(texts: &[&str]) -> Vec<Decimal> {
    texts.iter().map(|text| number(text)).collect()
}

/// A day counted from 1 November 2025.
fn day(day: u32) -> Timestamp {
    time("2025-11-01T09:00:00Z").plus_days(day - 1)
}

/// All of an amount, rounded to so many decimals.
fn rounded(amount: &str, decimals: u32, rounding: &str) -> String {
    let mut world = World::of(&format!(
        r#"{{"currency": {{"unit": "DOLLAR", "decimals": {decimals}}}, "rounding": "{rounding}",
            "tiers": [{{"name": "A", "from": 0, "rates": {{"payment": {{"percent": 100}}}}}}]}}"#
    ));
    world.pay(day(1), amount);
    world.line(0).line.amount.to_string()
}

/// Microsoft, "Tax calculation rounding rules" (Dynamics 365 Finance): the example of 987.345 by method and precision.
/// <https://learn.microsoft.com/zh-cn/dynamics365/finance/localizations/global/tax-calculation-rounding-rules>
#[test]
fn half_a_cent() {
    assert_eq!(rounded("987.345", 2, "half_up"), "987.35");
    assert_eq!(rounded("987.345", 1, "half_up"), "987.3");
    assert_eq!(rounded("987.345", 0, "half_up"), "987");
    assert_eq!(rounded("987.345", 2, "down"), "987.34");
    assert_eq!(rounded("987.345", 1, "down"), "987.3");
}

/// Iowa Department of Revenue, "Rounding off to whole dollars".
/// <http://www.iowa.gov/tax/1040EI/GenInfo/02Rounding.html>
#[test]
fn whole_dollars() {
    assert_eq!(rounded("129.49", 0, "half_up"), "129");
    assert_eq!(rounded("235.50", 0, "half_up"), "236");
}

/// Dinero.js, "halfEven", also known as bankers rounding.
/// <https://www.dinerojs.com/api/rounding/half-even>
#[test]
fn bankers_rounding() {
    for (amount, expected) in [("1.5", "2"), ("2.5", "2"), ("3.5", "4")] {
        assert_eq!(rounded(amount, 0, "half_even"), expected, "{amount}");
    }
}

/// WP Simple Pay, "How to Accept ACH Debit Payments": 0.80 %, capped at 5 dollars.
/// <https://docs.wpsimplepay.com/articles/accepting-ach-debit-payments/>
#[test]
fn a_percentage_with_a_cap() {
    let mut world = World::of(
        r#"{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": "0.80", "max": 5}}}]}"#,
    );
    for amount in ["100", "625", "625.01", "1000"] {
        world.pay(day(1), amount);
    }
    assert_eq!(world.nets(), numbers(&["0.80", "5", "5", "5"]));
}

/// Sparrow Genie, "Tiered/Graduated Commission": 5 % up to 50 000, 7 % up to 100 000 and 10 % above; 175 000 earn 13 500.
/// <https://www.sparrowgenie.com/sales-commission-models/tieredgraduated-commission>
#[test]
fn marginal_in_one_piece_and_in_many() {
    let plan = r#"{"currency": "USD", "metric": "revenue", "window": "month", "rating": "marginal", "tiers": [
        {"name": "First", "from": 0, "rates": {"payment": {"percent": 5}}},
        {"name": "Next", "from": 50000, "rates": {"payment": {"percent": 7}}},
        {"name": "Above", "from": 100000, "rates": {"payment": {"percent": 10}}}]}"#;
    let mut at_once = World::of(plan);
    at_once.pay(day(1), "175000");
    assert_eq!(at_once.nets(), numbers(&["13500"]));
    // The same band by band: 2 500, 3 500 and 75 000 x 10 %.
    let mut by_bands = World::of(plan);
    for amount in ["50000", "50000", "75000"] {
        by_bands.pay(day(1), amount);
    }
    assert_eq!(by_bands.nets(), numbers(&["2500", "3500", "7500"]));
}

/// Lago, "Graduated percentage": 1 % of the first 1 000 and 2 % above, without the flat fees that the page adds.
/// <https://getlago.com/docs/guide/plans/charges/charge-models/graduated-percentage>
#[test]
fn marginal_transaction_by_transaction() {
    let mut world = World::of(
        r#"{"currency": "USD", "metric": "revenue", "rating": "marginal", "tiers": [
            {"name": "Tier 1", "from": 0, "rates": {"payment": {"percent": 1}}},
            {"name": "Tier 2", "from": 1000, "rates": {"payment": {"percent": 2}}},
            {"name": "Tier 3", "from": 10000, "rates": {"payment": {"percent": 3}}}]}"#,
    );
    for amount in ["500", "550", "4000"] {
        world.pay(day(1), amount);
    }
    assert_eq!(world.nets(), numbers(&["5", "6", "80"]));
}

/// Zuplo, "Pricing Models": 15 000 units in tiers of 0.10, 0.05 and 0.01 are 600 graduated, and 150 by volume.
/// <https://zuplo.com/docs/articles/monetization/pricing-models>
#[test]
fn graduated_and_by_volume() {
    // A unit at 0.10 is 10 % of one. Tiers begin with units 1 001 and 10 001: graduated, above 1 000 and 10 000.
    let plan = |rating, second, third| {
        format!(
            r#"{{"currency": "USD", "metric": "revenue", "rating": "{rating}", "tiers": [
                {{"name": "1", "from": 0, "rates": {{"usage": {{"percent": 10}}}}}},
                {{"name": "2", "from": {second}, "rates": {{"usage": {{"percent": 5}}}}}},
                {{"name": "3", "from": {third}, "rates": {{"usage": {{"percent": 1}}}}}}]}}"#
        )
    };
    for (plan, expected) in [(plan("marginal", 1000, 10000), "600"), (plan("whole", 1001, 10001), "150")] {
        let mut world = World::of(&plan);
        for units in ["900", "9000", "5100"] {
            world.event("usage", day(1), Some(number(units))).unwrap();
        }
        assert_eq!(world.nets().iter().sum::<Decimal>(), number(expected), "{plan}");
    }
}

/// Stripe, "Set up tiered pricing", volume-based: 7 for 1 to 5 fonts, 6.50 for 6 to 10, 6 from 11 on, for all of a month.
/// <https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing>
#[test]
fn whole_by_count() {
    for (fonts, total) in [(1, "7"), (5, "35"), (6, "39"), (20, "120"), (25, "150")] {
        let mut world = World::of(
            r#"{"currency": "USD", "metric": "events", "window": "month", "rating": "whole", "tiers": [
                {"name": "First", "from": 1, "rates": {"font": {"flat": 7}}},
                {"name": "Second", "from": 6, "rates": {"font": {"flat": "6.5"}}},
                {"name": "Third", "from": 11, "rates": {"font": {"flat": 6}}}]}"#,
        );
        // November has five fonts, and December so many.
        for _ in 0..5 {
            world.event("font", day(3), None).unwrap();
        }
        for _ in 0..fonts {
            world.event("font", day(33), None).unwrap();
        }
        let nets = world.nets();
        assert_eq!(nets[..5].iter().sum::<Decimal>(), number("35"));
        assert_eq!(nets[5..].iter().sum::<Decimal>(), number(total), "{fonts}");
    }
}

/// Awin, commission groups of merchant 23514: 1 to 50 sales a month earn 20 %, 51 to 100 earn 30 %.
/// <https://ui.awin.com/merchant-profile/23514/commission-groups>
#[test]
fn forward_by_count() {
    let mut world = World::of(
        r#"{"currency": "USD", "metric": "events", "window": "month", "tiers": [
            {"name": "Tier 1", "from": 1, "rates": {"payment": {"percent": 20}}},
            {"name": "Tier 2", "from": 51, "rates": {"payment": {"percent": 30}}}]}"#,
    );
    for _ in 0..51 {
        world.pay(day(30), "100");
    }
    world.pay(day(31), "100");
    assert_eq!(world.nets()[48..], numbers(&["20", "20", "30", "20"]));
}

/// Square, "Refund payments that include application fees": of a payment of 20 with a fee of 2, a refund of 15 (75 %)
/// takes the proportional amount of the fee, and one in full takes all of it.
/// <https://developer.squareup.com/docs/payments-api/collect-fees/payment-with-app-fee-refund>
#[test]
fn a_refund_takes_its_share() {
    let plan = r#"{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"flat": 2}}}]}"#;
    let mut world = World::of(plan);
    world.pay(day(1), "20");
    world.reverse(0, Take::Refund(number("15"))).unwrap();
    assert_eq!(world.line(0).net(), number("0.50"));
    world.reverse(0, Take::Refund(number("5"))).unwrap();
    assert_eq!(world.line(0).net(), Decimal::ZERO);
}

/// The lines that a payout takes: payable by then, and in none before. `taken` has those of earlier ones.
fn payout(world: &World, at: Timestamp, taken: &mut Vec<usize>) -> Decimal {
    let mut sum = Decimal::ZERO;
    for (number, entry) in world.ledger.entries.iter().enumerate() {
        match entry {
            Entry::Line(line) if line.payable_at <= at && !taken.contains(&number) => {
                sum += line.amount;
                taken.push(number);
            }
            _ => (),
        }
    }
    sum
}

/// Ontraport, "What happens if a refund is issued after commission has been generated for the Partner?": what is not paid
/// yet is subtracted; what is paid becomes a negative commission, taken from those that follow.
/// <http://answers.ontraport.com/question/210/what-happens-if-a-refund-is-issued-after-commission-has-been-generated-for-the-partner/>
#[test]
fn a_refund_before_the_payout_and_after_it() {
    let plan = r#"{"currency": "USD", "hold_days": 30, "tiers": [
        {"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}"#;
    // Not paid: a part of the first payment comes back, and nothing is due before the hold is over.
    let (mut world, mut taken) = (World::of(plan), Vec::new());
    let first = world.pay(day(1), "100");
    world.pay(day(2), "50");
    world.reverse(first, Take::Refund(number("40"))).unwrap();
    assert_eq!(payout(&world, day(30), &mut taken), Decimal::ZERO);
    assert_eq!(payout(&world, day(31), &mut taken), number("6"));
    assert_eq!(payout(&world, day(40), &mut taken), number("5"));
    // Paid: the same after the payout.
    let (mut world, mut taken) = (World::of(plan), Vec::new());
    let first = world.pay(day(1), "100");
    world.pay(day(2), "50");
    assert_eq!(payout(&world, day(40), &mut taken), number("15"));
    world.reverse(first, Take::Refund(number("40"))).unwrap();
    world.pay(day(45), "70");
    assert_eq!(payout(&world, day(80), &mut taken), number("3"), "7 less 4");
}

/// Rewardful, "Automated refund handling": commissions are pending for 30 days following the sale by default.
/// <https://rewardful.com/automated-refund-handling>
#[test]
fn thirty_days_to_the_second() {
    let mut world = World::of(
        r#"{"currency": "USD", "time_zone": "America/New_York", "hold_days": 30, "tiers": [
            {"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}"#,
    );
    // Over the end of a February, and over a change of the clock in the plan's zone.
    world.pay(time("2026-02-20T23:59:59Z"), "1");
    world.pay(time("2024-01-31T00:00:00.000001Z"), "1");
    let payable: Vec<Timestamp> = world.lines().iter().map(|of| of.line.payable_at).collect();
    assert_eq!(payable, [time("2026-03-22T23:59:59Z"), time("2024-03-01T00:00:00.000001Z")]);
    world.reverse(0, Take::Rest).unwrap();
    let Some(Entry::Line(reversal)) = world.ledger.entries.last() else { panic!("the reversal is the last entry") };
    assert_eq!((reversal.payable_at, reversal.amount), (payable[0], number("-0.1")), "it is due with its line");
}

/// Dropbox, "Dropbox referrals are now twice as nice!", as quoted: both get 500 MB, up to 32 people, 16 GB in all.
/// <https://hyper-text.org/archives/2012/04/dropbox_gift.shtml>
#[test]
fn both_sides_up_to_a_limit() {
    let mut world = World::of(
        r#"{"currency": {"unit": "MB", "decimals": 0}, "limits": {"amount_per_window": 16000},
            "referee": {"signup": {"flat": 500}}, "tiers": [{"name": "Free", "from": 0, "rates": {"signup": {"flat": 500}}}]}"#,
    );
    for invited in 1..=33 {
        world.sign_up(day(invited)).unwrap();
    }
    let of = |side| world.lines().into_iter().filter(move |of| of.line.side == side);
    assert_eq!(of(Side::Referrer).map(|of| of.net()).sum::<Decimal>(), number("16000"));
    assert_eq!(of(Side::Referrer).filter(|of| of.line.note == Some(Note::Capped)).count(), 1);
    assert!(of(Side::Referee).all(|of| of.net() == number("500") && of.line.event_kind == SIGN_UP));
}

/// Afflio, "Lifetime Commission": some programs cap the lifetime commission period, for example at 24 months.
/// <https://autocloz.com/afflio/glossary/lifetime-commission>
#[test]
fn a_lifetime_of_24_months() {
    let mut world = World::of(
        r#"{"currency": "USD", "limits": {"months_after_signup": 24}, "tiers": [
            {"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}"#,
    );
    // The referee was tied on 1 January of the year 1.
    world.pay(time("0002-12-31T23:59:59Z"), "10");
    let late = world.event("payment", time("0003-01-01T00:00:00Z"), Some(number("10")));
    assert_eq!((late, world.nets()), (Err(Refusal::Expired), numbers(&["1"])));
}
