//! A referrer's standing: the volume and tier in the window of the latest fact, and how a fact moves it.

use super::plan::Plan;
use super::timestamp::Timestamp;
use super::volume::Fact;
use super::window::Span;
use rust_decimal::Decimal;

/// The plan version and window that a standing is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The program that rated the latest fact.
    pub program_id: i32,
    /// Its plan version in force then.
    pub plan_version: i32,
    /// The window that holds it.
    pub window: Span,
}

/// A referrer's standing in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The time of the latest fact.
    pub as_of: Timestamp,
    /// Where the referrer stands; `None` before the first fact that a plan covers.
    pub place: Option<Place>,
    /// The volume in that window.
    pub volume: Decimal,
    /// The highest tier reached; `None` below the first.
    pub tier: Option<String>,
}

impl Standing {
    /// Before the first fact.
    pub fn new() -> Standing {
        Standing { as_of: Timestamp::NEG_INFINITY, place: None, volume: Decimal::ZERO, tier: None }
    }

    /// The standing moved to the place of a fact, where the volume with it is known.
    pub fn moved(at: Timestamp, place: Place, volume: Decimal, plan: &Plan) -> Standing {
        let tier = plan.tier_at(volume).map(|tier| tier.name.clone());
        Standing { as_of: at, place: Some(place), volume, tier }
    }

    /// The standing with a late fact, or a reversal: it counts if it lies in the window that the standing is in. `plan`
    /// is that of the standing's own place.
    pub fn with(&self, fact: &Fact, plan: Option<&Plan>) -> Standing {
        let (Some(plan), Some(place)) = (plan, self.place) else { return self.clone() };
        if !place.window.holds(fact.at) {
            return self.clone();
        }
        let volume = self.volume + plan.measure().of(fact);
        let tier = plan.tier_at(volume).map(|tier| tier.name.clone());
        Standing { volume, tier, ..self.clone() }
    }
}

impl Default for Standing {
    fn default() -> Standing {
        Standing::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::PlanVersion;
    use crate::domain::plan::tests::plan;
    use proptest::prelude::*;
    use std::rc::Rc;

    const DAY: i64 = 86_400_000_000;

    fn monthly() -> PlanVersion {
        let plan = plan(
            r#"{"currency": "USD", "window": "month", "tiers": [
                {"name": "A", "from": 1, "rates": {}}, {"name": "B", "from": 3, "rates": {}}]}"#,
        );
        PlanVersion { version: 1, effective_from: Timestamp::NEG_INFINITY, plan: Rc::new(plan) }
    }

    fn tie(day: i64) -> Fact {
        Fact { ties: 1, ..Fact::at(Timestamp::from_micros(day * DAY), &"USD".into()) }
    }

    fn volume(standing: &Standing) -> (Decimal, Option<&str>) {
        (standing.volume, standing.tier.as_deref())
    }

    /// A January with three ties, the latest on the 20th.
    fn january() -> Standing {
        let plan = monthly().plan;
        let at = Timestamp::from_micros(19 * DAY);
        let place = Place { program_id: 7, plan_version: 1, window: plan.window_at(at) };
        Standing::moved(at, place, Decimal::from(3), &plan)
    }

    #[test]
    fn a_standing_moves_to_the_place_of_a_fact() {
        assert_eq!(volume(&january()), (Decimal::from(3), Some("B")));
        assert_eq!(january().as_of, Timestamp::from_micros(19 * DAY));
        assert_eq!(volume(&Standing::new()), (Decimal::ZERO, None));
        assert_eq!(Standing::default(), Standing::new());
    }

    #[test]
    fn a_late_fact_counts_in_its_own_window() {
        let plan = monthly().plan;
        let within = january().with(&tie(0), Some(&plan));
        assert_eq!((volume(&within), within.as_of), ((Decimal::from(4), Some("B")), january().as_of));
        for outside in [-1, 31] {
            assert_eq!(january().with(&tie(outside), Some(&plan)), january());
        }
    }

    #[test]
    fn a_reversal_takes_its_fact_out() {
        let plan = monthly().plan;
        let taken = |day| Fact { ties: -1, is_reversal: true, ..tie(day) };
        assert_eq!(volume(&january().with(&taken(0), Some(&plan))), (Decimal::from(2), Some("A")));
        assert_eq!(january().with(&taken(31), Some(&plan)), january());
        let keeping = Plan { reversal_lowers_volume: false, ..(*plan).clone() };
        assert_eq!(january().with(&taken(0), Some(&keeping)), january());
    }

    #[test]
    fn without_a_place_nothing_counts() {
        let plan = monthly().plan;
        assert_eq!(Standing::new().with(&tie(0), Some(&plan)), Standing::new());
        assert_eq!(january().with(&tie(0), None), january());
    }

    proptest! {
        #[test]
        fn late_facts_count_in_any_order(days in prop::collection::vec(-40..60i64, 0..30)) {
            let plan = monthly().plan;
            let counted = |days: &mut dyn Iterator<Item = &i64>| {
                days.fold(january(), |standing, day| standing.with(&tie(*day), Some(&plan)))
            };
            let forwards = counted(&mut days.iter());
            prop_assert_eq!(&forwards, &counted(&mut days.iter().rev()));
            let inside = days.iter().filter(|day| (0..31).contains(*day)).count();
            prop_assert_eq!(forwards.volume, Decimal::from(3 + inside));
        }
    }
}
