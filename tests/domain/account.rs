//! What an account writes, and how it moves, where several rules meet.

use super::world::{World, number, time};
use crate::domain::book::Entry;
use crate::domain::eligibility::{Amount, Occurrence, Refusal, TieState};
use crate::domain::line::{Kind, Side};
use crate::domain::plan::tests::plan;
use crate::domain::plan::{PlanVersion, Program, SIGN_UP};
use crate::domain::rating::Basis;
use crate::domain::reversal::Take;
use crate::domain::timestamp::Timestamp;
use rust_decimal::Decimal;
use std::rc::Rc;

const LADDER: &str = r#"{"currency": "USD", "window": "month", "hold_days": 2, "referee": {"signup": {"flat": 1}}, "tiers": [
    {"name": "A", "from": 1, "rates": {"signup": {"flat": 10}}}, {"name": "B", "from": 2, "rates": {"signup": {"flat": 20}}}]}"#;

fn day(day: u32) -> Timestamp {
    time("2026-01-01T00:00:00Z").plus_days(day - 1)
}

/// What each entry is, in a word, and its amount or tier.
fn written(world: &World) -> Vec<String> {
    let word = |entry: &Entry| match entry {
        Entry::Line(line) if line.side == Side::Referee => format!("referee {} {}", line.kind.as_str(), line.amount),
        Entry::Line(line) => format!("{} {}", line.kind.as_str(), line.amount),
        Entry::Refused { reason, .. } => reason.as_str().to_owned(),
        Entry::TierChanged { before, after } => format!("{before:?} to {:?}", after.tier),
    };
    world.ledger.entries.iter().map(word).collect()
}

#[test]
fn records_have_an_order() {
    let mut world = World::of(LADDER);
    world.sign_up(day(1)).unwrap();
    world.sign_up(day(2)).unwrap();
    world.reverse(0, Take::Rest).unwrap();
    assert_eq!(
        written(&world),
        [
            "accrual 10.00",
            "referee accrual 1.00",
            r#"None to Some("A")"#,
            "accrual 20.00",
            "referee accrual 1.00",
            r#"Some("A") to Some("B")"#,
            "reversal -10.00",
            r#"Some("B") to Some("A")"#,
        ]
    );
    let whole = r#"{"currency": "USD", "rating": "whole", "metric": "events", "tiers": [
        {"name": "A", "from": 1, "rates": {"order": {"flat": 1}}}, {"name": "B", "from": 3, "rates": {"order": {"flat": 2}}}]}"#;
    let mut world = World::of(whole);
    for _ in 0..3 {
        world.event("order", day(1), None).unwrap();
    }
    world.reverse(1, Take::Rest).unwrap();
    assert_eq!(
        written(&world)[3..],
        [
            "accrual 2.00",
            r#"Some("A") to Some("B")"#,
            "adjustment 1.00",
            "adjustment 1.00",
            "reversal -2.00",
            r#"Some("B") to Some("A")"#,
            "adjustment -1.00",
            "adjustment -1.00",
        ]
    );
}

#[test]
fn both_sides_of_an_event_are_on_the_same_terms() {
    let mut world = World::of(LADDER);
    world.sign_up(day(1)).unwrap();
    let (referrer, referee) = (&world.line(0).line, &world.line(1).line);
    assert_eq!((referee.tier.as_deref(), referee.basis), (None, Basis::Flat(Decimal::ONE)));
    assert_eq!((referrer.occurred_at, referrer.payable_at), (day(1), day(3)));
    assert_eq!((referee.occurred_at, referee.payable_at), (day(1), day(3)));
    assert_eq!((referee.volume_before, &referee.event_key), (referrer.volume_before, &referrer.event_key));
    assert_eq!((referrer.side, referee.side, referee.kind), (Side::Referrer, Side::Referee, Kind::Accrual));
}

#[test]
fn a_tie_counts_whatever_becomes_of_its_sign_up() {
    let mut world = World::of(LADDER);
    world.program.paused = true;
    assert_eq!(world.sign_up(day(1)), Err(Refusal::ProgramPaused));
    world.program.paused = false;
    world.sign_up(day(2)).unwrap();
    assert_eq!(world.line(0).line.amount, number("20"));
    assert_eq!(written(&world)[..2], ["program_paused", r#"None to Some("A")"#]);
    // A plan without a rate for sign-ups ties, and says nothing.
    let mut world = World::of(r#"{"currency": "USD", "tiers": [{"name": "A", "from": 5, "rates": {}}]}"#);
    assert_eq!(world.sign_up(day(1)), Err(Refusal::NoRate));
    assert_eq!((written(&world), world.standing.volume), (vec![], Decimal::ONE));
    // Without a plan in force it is refused, and counts once there is one.
    let mut world = World::of(LADDER);
    world.program.versions[0].effective_from = day(2);
    assert_eq!(world.sign_up(day(1)), Err(Refusal::NoPlan));
    assert_eq!((world.standing.volume, world.standing.place), (Decimal::ZERO, None));
    world.sign_up(day(2)).unwrap();
    assert_eq!(world.line(0).line.volume_before, Decimal::ONE);
}

#[test]
fn a_sign_up_sent_again_does_not_count_its_tie_twice() {
    let mut world = World::of(LADDER);
    world.program.paused = true;
    world.sign_up(day(1)).unwrap_err();
    world.program.paused = false;
    let again = Occurrence::sign_up("100", 100, day(1), TieState::Counted);
    let line = world.occur(&again).unwrap();
    assert_eq!((world.line(line).line.volume_before, world.line(line).line.amount), (Decimal::ZERO, number("10")));
    assert_eq!(world.standing.volume, Decimal::ONE);
    // Where the tie counts to the other mode, the sign-up adds nothing to the volume of this one.
    let mut world = World::of(&LADDER.replace(r#""from": 1"#, r#""from": 0"#));
    let apart = Occurrence::sign_up("100", 100, day(1), TieState::Apart);
    let line = world.occur(&apart).unwrap();
    assert_eq!((world.line(line).line.volume_before, world.line(line).line.amount), (Decimal::ZERO, number("10")));
    assert_eq!((world.standing.volume, world.standing.tier.as_deref()), (Decimal::ZERO, Some("A")));
}

#[test]
fn a_refused_event_leaves_its_content_and_nothing_else() {
    let mut world = World::of(LADDER);
    let event = Occurrence {
        kind: SIGN_UP,
        key: "k",
        referee_id: 8,
        at: day(1),
        amount: Amount::Given(number("-1")),
        currency: Some("EUR"),
        tied_at: day(1),
        tie: TieState::Apart,
    };
    assert_eq!(world.occur(&event), Err(Refusal::InvalidAmount));
    let refused = Entry::Refused {
        event_kind: SIGN_UP.to_owned(),
        event_key: "k".to_owned(),
        referee_id: 8,
        program_id: 1,
        amount: Amount::Given(number("-1")),
        currency: Some("EUR".to_owned()),
        reason: Refusal::InvalidAmount,
    };
    assert_eq!(world.ledger.entries, [refused]);
    assert_eq!(world.standing.as_of, Timestamp::NEG_INFINITY);
}

#[test]
fn a_volume_or_a_reward_that_does_not_fit_is_refused() {
    let most = "999999999999999.9999";
    let revenue = |extra: &str| {
        World::of(&format!(
            r#"{{"currency": "USD", "metric": "revenue" {extra}, "tiers": [
                {{"name": "A", "from": 0, "rates": {{"payment": {{"percent": 1}}}}}}]}}"#
        ))
    };
    let mut world = revenue("");
    world.pay(day(1), most);
    assert_eq!(world.event("payment", day(1), Some(number("0.0001"))), Err(Refusal::AmountOutOfRange));
    assert_eq!(world.standing.volume, number(most));
    assert_eq!(world.event("payment", day(1), Some(Decimal::ZERO)), Ok(1));
    // So is a late one, whose own window is full, and one that would fill the window of the standing.
    let mut world = revenue(r#", "window": "month""#);
    world.pay(day(1), most);
    world.pay(day(32), "1");
    assert_eq!(world.event("payment", day(2), Some(Decimal::ONE)), Err(Refusal::AmountOutOfRange));
    let mut world = revenue(r#", "window": {"days": 2}"#);
    world.pay(day(3), most);
    assert_eq!(world.event("payment", day(2), Some(Decimal::ONE)), Err(Refusal::AmountOutOfRange));
    assert_eq!(world.event("payment", day(1), Some(Decimal::ONE)), Ok(1));
    // What the referee would earn counts as well.
    let mut world = revenue(r#", "referee": {"payment": {"percent": 1000}}"#);
    assert_eq!(world.event("payment", day(1), Some(number(most))), Err(Refusal::AmountOutOfRange));
    assert_eq!(world.lines().len(), 0);
}

#[test]
fn a_fact_of_the_same_time_moves_the_standing_to_the_program_of_now() {
    let mut world = World::of(LADDER);
    world.sign_up(day(1)).unwrap();
    let other = plan(&LADDER.replace("month", "year").replace(r#""B""#, r#""Best""#));
    let versions = vec![PlanVersion { version: 2, effective_from: Timestamp::NEG_INFINITY, plan: Rc::new(other) }];
    world.ledger.knows(&versions);
    world.program = Program { id: 2, name: "other".into(), paused: false, versions };
    world.sign_up(day(1)).unwrap();
    let place = world.standing.place.unwrap();
    assert_eq!((place.program_id, place.plan_version), (2, 2));
    assert_eq!((world.standing.volume, world.standing.tier.as_deref()), (Decimal::TWO, Some("Best")));
}

#[test]
fn amounts_in_another_currency_are_no_revenue() {
    let version = |currency: &str| {
        plan(&format!(
            r#"{{"currency": "{currency}", "metric": "revenue", "limits": {{"amount_per_window": 15}}, "tiers": [
                {{"name": "A", "from": 0, "rates": {{"payment": {{"percent": 10}}}}}}]}}"#
        ))
    };
    let mut world = World::with(vec![version("USD"), version("EUR")]);
    world.begin();
    for on in ["1970-01-02T00:00:00Z", "1970-02-02T00:00:00Z", "1970-01-03T00:00:00Z"] {
        world.pay(time(on), "100");
    }
    let before: Vec<Decimal> = world.lines().iter().map(|of| of.line.volume_before).collect();
    assert_eq!(before, ["0", "0", "100"].map(number));
    assert_eq!(world.nets(), ["10", "10", "5"].map(number));
}

/// Re-rating stores what was written so far: what is counted from then on must not be counted twice.
#[test]
fn what_is_stored_in_the_middle_of_a_statement_counts_once() {
    let whole = plan(
        r#"{"currency": "USD", "metric": "events", "rating": "whole", "tiers": [
            {"name": "A", "from": 1, "rates": {"order": {"flat": 1}}}, {"name": "B", "from": 2, "rates": {"order": {"flat": 1}}}]}"#,
    );
    let monthly = plan(
        r#"{"currency": "USD", "metric": "events", "window": "month", "tiers": [
            {"name": "A", "from": 1, "rates": {"order": {"flat": 1}}}]}"#,
    );
    let mut world = World::with(vec![whole, monthly]);
    world.begin();
    for on in ["1970-01-02T00:00:00Z", "1970-01-03T00:00:00Z", "1970-01-25T00:00:00Z"] {
        world.event("order", time(on), None).unwrap();
    }
    assert_eq!(world.nets(), ["1", "1", "1"].map(number));
    assert_eq!(world.line(2).line.volume_before, Decimal::TWO);
}

/// Two months are each as full as a volume can be; under a later plan, that counts both, it would not fit.
#[test]
fn a_tie_is_made_even_where_its_standing_would_not_fit() {
    let version = |window: &str| {
        plan(&format!(
            r#"{{"currency": "USD", "metric": "revenue", "window": "{window}", "tiers": [
                {{"name": "A", "from": 0, "rates": {{"payment": {{"percent": 1}}}}}}]}}"#
        ))
    };
    let mut world = World::with(vec![version("month"), version("lifetime")]);
    for on in ["1969-12-02T00:00:00Z", "1970-01-02T00:00:00Z"] {
        world.pay(time(on), "999999999999999.9999");
    }
    assert_eq!(world.sign_up(time("1970-02-01T00:00:00Z")), Err(Refusal::NoRate));
    assert_eq!((world.standing.place, world.standing.volume), (None, Decimal::ZERO));
    assert_eq!(
        world.event("payment", time("1970-02-02T00:00:00Z"), Some(Decimal::ONE)),
        Err(Refusal::AmountOutOfRange)
    );
    // Where the month of the first plan has room, an event earns as ever.
    assert_eq!(world.event("payment", time("1969-11-02T00:00:00Z"), Some(number("100"))), Ok(2));
    assert_eq!(world.line(2).net(), Decimal::ONE);
}
