//! Simulation: what the past would have come to under a plan is what it comes to under that plan.

use super::random::{Step, history, plans, read};
use super::world::{World, number, time};
use crate::domain::eligibility::TieState;
use crate::domain::line::{Kind, Recorded, Side};
use crate::domain::mode::Mode;
use crate::domain::plan::tests::plan;
use crate::domain::plan::{Plan, SIGN_UP};
use crate::domain::simulation::{Happening, Taken, run};
use crate::domain::timestamp::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::rc::Rc;

/// The event of a line, as the ledger tells it.
fn event(of: &Recorded) -> Happening {
    let line = &of.line;
    let is_sign_up = line.event_kind == SIGN_UP;
    Happening::Event {
        line: Some(of.id),
        kind: line.event_kind.clone(),
        key: line.event_key.clone(),
        referee_id: line.referee_id,
        at: line.occurred_at,
        amount: line.base_amount,
        tied_at: if is_sign_up { line.occurred_at } else { time("0001-01-01T00:00:00Z") },
        tie: if is_sign_up { TieState::New } else { TieState::Apart },
    }
}

/// A sign-up that earned no line.
fn lineless(at: Timestamp) -> Happening {
    Happening::Event {
        line: None,
        kind: SIGN_UP.to_owned(),
        key: "99".to_owned(),
        referee_id: 99,
        at,
        amount: None,
        tied_at: at,
        tie: TieState::New,
    }
}

/// The reversal that a step made of a line that was worth so much before.
fn reversal(of: &Recorded, left: Decimal) -> Happening {
    let made = of.corrections.iter().rev().find(|correction| correction.kind == Kind::Reversal).unwrap();
    let taken = match made.refunded {
        _ if made.in_full => Taken::Rest,
        Some(refund) => Taken::Refund(refund),
        None => Taken::Part { amount: -made.amount, left },
    };
    Happening::Reversal { line: of.id, taken }
}

/// Lets steps happen; gives the history, and what each of the referrer's lines is worth.
fn direct(plan: Plan, steps: &[Step]) -> (Vec<Happening>, Vec<(Timestamp, Decimal)>) {
    let mut world = World::with(vec![plan]);
    let mut happened = Vec::new();
    for step in steps {
        let (count, nets) = (world.lines().len(), world.nets());
        let accepted = world.step(step);
        match *step {
            Step::Pause(_) => unreachable!("a simulation knows no pauses"),
            Step::SignUp(_) if !accepted => happened.push(lineless(step.time().unwrap())),
            _ if !accepted => (),
            Step::SignUp(_) | Step::Payment(..) | Step::Order(_) => happened.push(event(world.line(count))),
            Step::Rest(line) | Step::Part(line, _) | Step::Refund(line, _) => {
                let of = world.line(line % count);
                if of.line.side == Side::Referrer {
                    happened.push(reversal(of, nets[line % count]));
                }
            }
        }
    }
    let lines = world.lines().into_iter().filter(|of| of.line.side == Side::Referrer);
    (happened, lines.map(|of| (of.line.occurred_at, of.net())).collect())
}

#[test]
fn parts_are_taken_in_the_same_share() {
    let plan = |percent| {
        Rc::new(plan(&format!(
            r#"{{"currency": "USD", "tiers": [{{"name": "A", "from": 0, "rates": {{"payment": {{"percent": {percent}}}}}}}]}}"#
        )))
    };
    let mut world = World::with(vec![(*plan(10)).clone()]);
    let line = world.pay(time("2026-01-01T00:00:00Z"), "30");
    let taken = Taken::Part { amount: number("1"), left: number("3") };
    let history = [event(world.line(line)), Happening::Reversal { line: 0, taken }];
    let worth = |percent| run(&plan(percent), Mode::Live, 7, &history)[0].1;
    // A third of 3.00, of 6.00, and of 1.50; of a line of nothing there is no part.
    assert_eq!([worth(10), worth(20), worth(5), worth(0)], ["2", "4", "1", "0"].map(number));
    // A reversal of a line that the plan does not make is nothing.
    let unrated = Rc::new(plan_without_rates());
    assert_eq!(run(&unrated, Mode::Live, 7, &history), []);
}

fn plan_without_rates() -> Plan {
    plan(r#"{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}"#)
}

proptest! {
    #[test]
    fn the_same_plan_comes_to_the_same(json in plans(), mut steps in history()) {
        steps.retain(|step| !matches!(step, Step::Pause(_)));
        let (happened, worth) = direct(read(&json), &steps);
        prop_assert_eq!(run(&Rc::new(read(&json)), Mode::Live, 7, &happened), worth);
    }

    #[test]
    fn another_plan_comes_to_what_it_had_come_to(json in plans(), other in plans(), mut steps in history()) {
        // Events of which each plan makes a line, or neither.
        let kinds = |plan: &Plan| ["payment", "order", SIGN_UP].map(|kind| plan.rates_kind(kind));
        let (plan, other) = (read(&json), read(&other));
        let [payments, orders, _] = kinds(&plan);
        steps.retain(|step| match step {
            Step::Payment(..) => payments,
            Step::Order(_) => orders,
            Step::SignUp(_) => true,
            _ => false,
        });
        let (happened, _) = direct(plan, &steps);
        prop_assert_eq!(happened.len(), steps.len());
        let (_, worth) = direct(other.clone(), &steps);
        prop_assert_eq!(run(&Rc::new(other), Mode::Live, 7, &happened), worth);
    }
}
