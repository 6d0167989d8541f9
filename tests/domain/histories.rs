//! What holds of every history under every plan.

use super::random::{Step, history, hour, plans, read};
use super::world::World;
use crate::domain::line::{Kind, Recorded, Side};
use crate::domain::plan::{RatingMethod, SIGN_UP};
use crate::domain::reversal::Take;
use crate::domain::timestamp::Timestamp;
use crate::domain::window::Window;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// The latest time of a tie or an eligible event.
fn latest(world: &World) -> Timestamp {
    let ties = world.ledger.tie_times();
    let lines = world.lines().into_iter().map(|of| of.line.occurred_at);
    ties.chain(lines).max().unwrap_or(Timestamp::NEG_INFINITY)
}

proptest! {
    #[test]
    fn one_statement_or_many_come_to_the_same(first in plans(), second in plans(), steps in history(), cuts in any::<u32>()) {
        let plans = || vec![read(&first), read(&second)];
        let (mut apart, mut together) = (World::with(plans()), World::with(plans()));
        together.begin();
        for (index, step) in steps.iter().enumerate() {
            apart.step(step);
            together.step(step);
            if cuts >> index & 1 == 1 {
                together.end();
                together.begin();
            }
        }
        for (one, other) in apart.ledger.entries.iter().zip(&together.ledger.entries) {
            prop_assert_eq!(one, other);
        }
        prop_assert_eq!(apart.ledger.entries.len(), together.ledger.entries.len());
        prop_assert_eq!(&apart.standing, &together.standing);
    }

    #[test]
    fn the_standing_is_what_a_recount_finds(first in plans(), second in plans(), steps in history()) {
        let mut world = World::with(vec![read(&first), read(&second)]);
        for step in &steps {
            world.step(step);
            let standing = world.standing.clone();
            prop_assert_eq!(standing.as_of, latest(&world));
            let Some(place) = standing.place else { continue };
            let plan = world.plan_of(place.plan_version);
            let counted = world.recount(&plan, place.window);
            prop_assert_eq!(standing.volume, counted);
            prop_assert_eq!(standing.tier.as_deref(), plan.tier_at(counted).map(|tier| tier.name.as_str()));
        }
    }

    /// With one plan, and before anything is taken back.
    #[test]
    fn the_standing_is_the_same_in_any_order_of_arrival((json, steps, shuffled) in (plans(), history()).prop_flat_map(|(json, steps)| {
        let steps: Vec<Step> = steps.into_iter().filter(|step| step.time().is_some()).collect();
        (Just(json), Just(steps.clone()), Just(steps).prop_shuffle())
    })) {
        let standing = |steps: &[Step]| {
            let mut world = World::with(vec![read(&json)]);
            for step in steps {
                world.step(step);
            }
            world.standing
        };
        prop_assert_eq!(standing(&steps), standing(&shuffled));
    }

    #[test]
    fn lines_tell_the_volume_before_them(first in plans(), second in plans(), steps in history()) {
        let mut world = World::with(vec![read(&first), read(&second)]);
        for step in &steps {
            let Some(at) = step.time() else {
                world.step(step);
                continue;
            };
            let version = world.program.plan_at(at).unwrap().clone();
            let window = version.plan.window_at(at);
            let counted = match version.plan.window {
                Window::Event => Decimal::ZERO,
                _ => world.recount(&version.plan, window),
            };
            let next = world.lines().len();
            if world.step(step) {
                let line = &world.line(next).line;
                prop_assert_eq!((line.volume_before, line.plan_version), (counted, version.version));
                prop_assert_eq!(line.payable_at, at.plus_days(version.plan.hold_days));
            }
        }
    }

    #[test]
    fn limits_hold_in_every_window_that_lines_share(json in plans(), steps in history()) {
        let mut world = World::with(vec![read(&json)]);
        let plan = world.plan();
        if plan.window.is_sliding() {
            return Ok(());
        }
        for step in &steps {
            world.step(step);
            for at in (0..60).step_by(15).map(|day| hour(day * 24)) {
                let window = plan.window_at(at);
                let inside = |of: &&&Recorded| of.line.side == Side::Referrer && window.holds(of.line.occurred_at);
                let lines = world.lines();
                let counted = lines.iter().filter(inside).filter(|of| of.line.amount > Decimal::ZERO && !of.is_reversed_in_full());
                if let Some(most) = plan.limits.commissions_per_window {
                    prop_assert!(counted.count() <= most as usize);
                }
                let sum: Decimal = lines.iter().filter(inside).map(|of| of.net()).sum();
                prop_assert!(plan.limits.amount_per_window.is_none_or(|most| sum <= most), "{}", sum);
            }
        }
    }

    #[test]
    fn nothing_is_left_when_all_is_taken_back_and_never_less(json in plans(), steps in history()) {
        let mut world = World::with(vec![read(&json)]);
        for step in &steps {
            world.step(step);
            for of in world.lines() {
                prop_assert!(of.net() >= Decimal::ZERO && of.base_left() >= of.line.base_amount.map(|_| Decimal::ZERO));
                prop_assert!(of.base_left() <= of.line.base_amount && of.refunded() <= of.line.base_amount.unwrap_or_default());
                prop_assert!(!of.is_reversed_in_full() || (of.net().is_zero() && of.base_left().unwrap_or_default().is_zero()));
            }
        }
        for line in 0..world.lines().len() {
            // An error says that nothing was left.
            let had_left = !world.line(line).is_reversed_in_full();
            prop_assert_eq!(world.reverse(line, Take::Rest).is_ok(), had_left);
            prop_assert!(world.reverse(line, Take::Rest).is_err());
        }
        for of in world.lines() {
            let taken: Decimal = of.corrections.iter().filter(|of| of.kind == Kind::Reversal).map(|of| of.amount).sum();
            let adjusted: Decimal = of.corrections.iter().filter(|of| of.kind == Kind::Adjustment).map(|of| of.amount).sum();
            prop_assert_eq!(of.line.amount + adjusted, -taken);
        }
        if world.plan().reversal_lowers_volume && world.standing.place.is_some() {
            // Ties without a line stay.
            let lineless = world.ledger.tie_times().count() - world.lines().iter().filter(|of| of.line.event_kind == SIGN_UP && of.line.side == Side::Referrer).count();
            prop_assert!(world.standing.volume <= Decimal::from(lineless));
        }
    }

    #[test]
    fn every_eligible_event_makes_one_line_for_the_referrer(json in plans(), steps in history()) {
        let mut world = World::with(vec![read(&json)]);
        for step in &steps {
            let before = world.lines().len();
            let happened = world.step(step);
            let new = world.lines().split_off(before);
            let expected = usize::from(happened && step.time().is_some());
            prop_assert_eq!(new.iter().filter(|of| of.line.side == Side::Referrer).count(), expected);
            for of in new {
                let plan = world.plan();
                let rated = match of.line.side {
                    Side::Referrer => plan.method == RatingMethod::Marginal || of.line.note.is_some() || of.line.tier.is_some(),
                    Side::Referee => of.line.tier.is_none() && plan.referee.contains_key(&of.line.event_kind),
                };
                prop_assert!(rated, "{:?}", of.line);
            }
        }
    }
}
