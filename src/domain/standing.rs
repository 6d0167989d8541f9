//! A referrer's standing: the volume and tier in the window of the latest fact, and how a tie moves it.

use super::plan::{Plan, PlanVersion};
use super::timestamp::Timestamp;
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

    /// The standing after a tie that `tally` has counted already.
    ///
    /// A tie moves the standing to its own window if it is the latest fact; a late one only adds to the volume, and
    /// only if it lies in the window that the standing is in. `in_force` is the program and its plan version in force
    /// at the time of the tie, `place_plan` the plan of the standing's own place.
    pub fn after_tie(
        &self,
        at: Timestamp,
        in_force: Option<(i32, &PlanVersion)>,
        place_plan: Option<&Plan>,
        tally: &Tally,
    ) -> Standing {
        let (as_of, place, plan) = match (in_force, self.place, place_plan) {
            (Some((program_id, version)), _, _) if at >= self.as_of => {
                let window = version.plan.window_at(at);
                (at, Place { program_id, plan_version: version.version, window }, &*version.plan)
            }
            (_, Some(place), Some(plan)) if place.window.holds(at) => (self.as_of, place, plan),
            _ => return self.clone(),
        };
        let volume = tally.volume(place.window).unwrap_or(self.volume);
        let tier = plan.tier_at(volume).map(|tier| tier.name.clone());
        Standing { as_of, place: Some(place), volume, tier }
    }
}

impl Default for Standing {
    fn default() -> Standing {
        Standing::new()
    }
}

/// The volumes of one referrer, in every window that a statement has asked about.
#[derive(Debug, Default)]
pub struct Tally {
    volumes: Vec<(Span, Decimal)>,
    ties: Vec<Timestamp>,
}

impl Tally {
    /// Starts from what the standing knows.
    pub fn of(standing: &Standing) -> Tally {
        let volumes = standing.place.map(|place| (place.window, standing.volume)).into_iter().collect();
        Tally { volumes, ties: Vec::new() }
    }

    /// The volume in a window, if it is known.
    pub fn volume(&self, window: Span) -> Option<Decimal> {
        self.volumes.iter().find(|(known, _)| *known == window).map(|(_, volume)| *volume)
    }

    /// Adds a window: the ties that the database holds in it, and those counted since they were last stored.
    pub fn learn(&mut self, window: Span, stored_ties: Decimal) -> Decimal {
        let made = self.ties.iter().filter(|at| window.holds(**at)).count();
        let volume = stored_ties + Decimal::from(made);
        self.volumes.push((window, volume));
        volume
    }

    /// Forgets the ties counted so far: the database holds them now.
    pub fn ties_are_stored(&mut self) {
        self.ties.clear();
    }

    /// Counts a tie into every window that holds it.
    pub fn count_tie(&mut self, at: Timestamp) {
        self.ties.push(at);
        for (window, volume) in &mut self.volumes {
            if window.holds(at) {
                *volume += Decimal::ONE;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    /// Ties in order of arrival, each on a day counted from 1970-01-01.
    fn run(days: &[i64]) -> Standing {
        let version = monthly();
        let mut standing = Standing::new();
        let mut tally = Tally::of(&standing);
        for day in days {
            let at = Timestamp::from_micros(day * DAY);
            let window = version.plan.window_at(at);
            if tally.volume(window).is_none() {
                tally.learn(window, Decimal::ZERO);
            }
            tally.count_tie(at);
            standing = standing.after_tie(at, Some((7, &version)), Some(&version.plan), &tally);
        }
        standing
    }

    #[test]
    fn volume_starts_again_with_the_window() {
        let january = run(&[0, 1, 2]);
        assert_eq!((january.volume, january.tier.as_deref()), (Decimal::from(3), Some("B")));
        let february = run(&[0, 1, 2, 31]);
        assert_eq!((february.volume, february.tier.as_deref()), (Decimal::ONE, Some("A")));
        assert_eq!(february.as_of, Timestamp::from_micros(31 * DAY));
    }

    #[test]
    fn a_late_tie_stays_in_its_own_window() {
        assert_eq!(run(&[31, 0]), run(&[31]));
        let within = run(&[40, 31]);
        assert_eq!((within.volume, within.as_of), (Decimal::from(2), Timestamp::from_micros(40 * DAY)));
    }

    #[test]
    fn without_a_plan_in_force_only_the_own_window_counts() {
        let (version, standing) = (monthly(), run(&[0]));
        let mut tally = Tally::of(&standing);
        for day in [5, 35] {
            tally.count_tie(Timestamp::from_micros(day * DAY));
        }
        let at = |day| standing.after_tie(Timestamp::from_micros(day * DAY), None, Some(&version.plan), &tally);
        assert_eq!(at(5).volume, Decimal::from(2));
        assert_eq!(at(35), standing);
        assert_eq!(Standing::new().after_tie(Timestamp::from_micros(0), None, None, &tally), Standing::new());
    }

    proptest! {
        #[test]
        fn the_standing_is_that_of_the_latest_window_in_any_order(mut days in prop::collection::vec(0..120i64, 1..40)) {
            let shuffled = run(&days);
            days.sort_unstable();
            let sorted = run(&days);
            prop_assert_eq!(&shuffled, &sorted);
            let window = monthly().plan.window_at(shuffled.as_of);
            let inside = days.iter().filter(|day| window.holds(Timestamp::from_micros(**day * DAY))).count();
            prop_assert_eq!(shuffled.volume, Decimal::from(inside));
        }
    }
}
