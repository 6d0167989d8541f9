//! A plan: the rules by which a program rates events, and its ladder of tiers.

use super::currency::{Currency, Rounding};
use super::timestamp::Timestamp;
use super::volume::Measure;
use super::window::{self, Span, Window};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The kind of the event that a sign-up is.
pub const SIGN_UP: &str = "signup";

/// What a referrer's volume counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Ties, by the time of the tie.
    #[default]
    Referrals,
    /// Eligible events.
    Events,
    /// The amounts of eligible events.
    Revenue,
}

/// How tiers apply to events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatingMethod {
    /// One tier's rate for the whole event; earlier lines stay as they are.
    #[default]
    Forward,
    /// Each slice of the amount at the rate of the band that it falls in.
    Marginal,
    /// The tier reached rates every line of the window.
    Whole,
}

/// Which tier the event that reaches a threshold earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// The tier it reaches.
    #[default]
    New,
    /// The tier before it.
    Old,
}

/// When events are accrued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accrual {
    /// In the transaction that brings them; those of one referrer wait for each other.
    #[default]
    Immediate,
    /// Later, in their order, so that nobody waits for a referrer.
    Queued,
}

/// What a tier pays for one kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rate {
    /// An amount per event, in the plan's currency.
    Flat(Decimal),
    /// A part of the event's own amount, in hundredths, within bounds in the plan's currency.
    Percent {
        /// Of a hundred.
        percent: Decimal,
        /// What a line is worth at least.
        min: Option<Decimal>,
        /// What a line is worth at most.
        max: Option<Decimal>,
    },
}

/// Rates by kind of event.
pub type Rates = BTreeMap<String, Rate>;

/// What bounds the lines of a referrer; `None` for no bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// How many lines above zero a window has.
    pub commissions_per_window: Option<u32>,
    /// What the lines of a window add up to.
    pub amount_per_window: Option<Decimal>,
    /// For how many months after the tie events earn.
    pub months_after_signup: Option<u32>,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Unique within the plan.
    pub name: String,
    /// The volume that reaches the tier, inclusive.
    pub from: Decimal,
    /// What it pays, by kind of event.
    pub rates: Rates,
}

/// The rules of one plan version (DESIGN 3).
#[derive(Debug, Clone)]
pub struct Plan {
    /// What amounts are in.
    pub currency: Currency,
    /// What volume counts.
    pub metric: Metric,
    /// Over which time it counts.
    pub window: Window,
    /// Where calendar windows begin.
    pub zone: jiff::tz::TimeZone,
    /// How tiers apply.
    pub method: RatingMethod,
    /// Which tier the crossing event earns.
    pub crossing: Crossing,
    /// How an amount between two minor units is decided.
    pub rounding: Rounding,
    /// When events are accrued.
    pub accrual: Accrual,
    /// Days of 24 hours before a line may be paid out.
    pub hold_days: u32,
    /// Whether a reversal takes its event out of the volume.
    pub reversal_lowers_volume: bool,
    /// Whether somebody who was tied, erased and signs up again may be tied once more.
    pub ties_returning_people: bool,
    /// What bounds the referrer's lines.
    pub limits: Limits,
    /// What the referee earns beside the referrer.
    pub referee: Rates,
    /// At least one, strictly ascending by `from`.
    pub tiers: Vec<Tier>,
}

impl Plan {
    /// The window that holds a usable time.
    pub fn window_at(&self, at: Timestamp) -> Span {
        self.window.at(at, &self.zone)
    }

    /// The highest tier whose threshold the volume has reached; `None` below the first.
    pub fn tier_at(&self, volume: Decimal) -> Option<&Tier> {
        self.tiers.iter().rev().find(|tier| tier.from <= volume)
    }

    /// The lowest tier that the volume has not reached; `None` at the top.
    pub fn next_tier(&self, volume: Decimal) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.from > volume)
    }

    /// The rates of this kind of event: those of the tiers, and the referee's.
    fn rates_of<'a>(&'a self, event_kind: &'a str) -> impl Iterator<Item = &'a Rate> {
        self.tiers.iter().map(|tier| &tier.rates).chain([&self.referee]).filter_map(move |rates| rates.get(event_kind))
    }

    /// Whether this kind of event earns anybody anything.
    pub fn rates_kind(&self, event_kind: &str) -> bool {
        self.rates_of(event_kind).next().is_some()
    }

    /// Whether this kind of event must come with an amount.
    pub fn needs_amount(&self, event_kind: &str) -> bool {
        self.rates_of(event_kind).any(|rate| matches!(rate, Rate::Percent { .. }))
    }

    /// Whether an event may rate earlier lines again: in `whole` rating, where anything accumulates.
    pub fn rates_again(&self) -> bool {
        self.method == RatingMethod::Whole && self.window != Window::Event
    }

    /// How many decimals a volume is shown with at least.
    pub fn volume_decimals(&self) -> u32 {
        if self.metric == Metric::Revenue { self.currency.decimals } else { 0 }
    }

    /// What the volume counts.
    pub fn measure(&self) -> Measure {
        Measure {
            metric: self.metric,
            lowered_by_reversals: self.reversal_lowers_volume,
            currency: Rc::clone(&self.currency.code),
        }
    }

    /// Whether events of a referee tied at one time still earn at another.
    pub fn is_expired(&self, tied_at: Timestamp, at: Timestamp) -> bool {
        let end = |months| window::months_later(tied_at, months, &self.zone);
        self.limits.months_after_signup.is_some_and(|months| at >= end(months))
    }
}

/// A plan in its program: which version it is and from when it holds.
#[derive(Debug, Clone)]
pub struct PlanVersion {
    /// Counts up from 1.
    pub version: i32,
    /// From when it rates events.
    pub effective_from: Timestamp,
    /// Its rules.
    pub plan: Rc<Plan>,
}

/// A program as events meet it.
#[derive(Debug, Clone)]
pub struct Program {
    /// Internal number.
    pub id: i32,
    /// What people call it.
    pub name: String,
    /// While true, ties are made and events are refused.
    pub paused: bool,
    /// All versions, ascending by time of effect, then by version.
    pub versions: Vec<PlanVersion>,
}

impl Program {
    /// The plan version in force at a time: the latest to take effect, of equals the highest version.
    pub fn plan_at(&self, at: Timestamp) -> Option<&PlanVersion> {
        self.versions.iter().rev().find(|version| version.effective_from <= at)
    }

    /// Whether what arrives at a time waits to be accrued.
    pub fn queues_at(&self, now: Timestamp) -> bool {
        self.plan_at(now).is_some_and(|version| version.plan.accrual == Accrual::Queued)
    }

    /// Whether anything may be waiting: whether any version ever queued.
    pub fn may_have_queued(&self) -> bool {
        self.versions.iter().any(|version| version.plan.accrual == Accrual::Queued)
    }

    /// The plan version of a number.
    pub fn plan_version(&self, version: i32) -> Option<&PlanVersion> {
        self.versions.iter().find(|candidate| candidate.version == version)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::plan_json;

    /// A plan from JSON text, for tests of this and other modules.
    pub(crate) fn plan(json: &str) -> Plan {
        plan_json::parse(&serde_json::from_str(json).unwrap()).unwrap()
    }

    /// Bronze from 2, Silver from 10, Gold from 20.5.
    pub(crate) fn ladder() -> Plan {
        plan(
            r#"{"currency": "USD", "tiers": [
                {"name": "Bronze", "from": 2, "rates": {"signup": {"flat": "10"}}},
                {"name": "Silver", "from": 10, "rates": {}},
                {"name": "Gold", "from": "20.5", "rates": {"signup": {"flat": 15.005}}}]}"#,
        )
    }

    #[test]
    fn thresholds_are_inclusive() {
        let plan = ladder();
        let at = |volume: &str| plan.tier_at(Decimal::from_str_exact(volume).unwrap()).map(|tier| tier.name.as_str());
        assert_eq!(at("0"), None);
        assert_eq!(at("1.9999"), None);
        assert_eq!(at("2"), Some("Bronze"));
        assert_eq!(at("9.9999"), Some("Bronze"));
        assert_eq!(at("10"), Some("Silver"));
        assert_eq!(at("20.4999"), Some("Silver"));
        assert_eq!(at("20.5"), Some("Gold"));
        assert_eq!(at("1000000"), Some("Gold"));
    }

    #[test]
    fn the_next_tier_is_the_first_not_reached() {
        let plan = ladder();
        let next = |volume: i64| plan.next_tier(Decimal::from(volume)).map(|tier| tier.name.as_str());
        assert_eq!(next(0), Some("Bronze"));
        assert_eq!(next(2), Some("Silver"));
        assert_eq!(next(20), Some("Gold"));
        assert_eq!(next(21), None);
    }

    #[test]
    fn the_latest_plan_in_effect_holds() {
        let version = |version, micros| PlanVersion {
            version,
            effective_from: Timestamp::from_micros(micros),
            plan: Rc::new(ladder()),
        };
        // Version 3 was defined last, but for an earlier time than version 2; version 4 replaces 2 from the same time.
        let versions = vec![version(1, 0), version(3, 50), version(2, 100), version(4, 100)];
        let program = Program { id: 1, name: "default".into(), paused: false, versions };
        let at = |micros| program.plan_at(Timestamp::from_micros(micros)).map(|found| found.version);
        assert_eq!(
            [at(-1), at(0), at(49), at(50), at(99), at(100)],
            [None, Some(1), Some(1), Some(3), Some(3), Some(4)]
        );
        assert_eq!(program.plan_version(3).unwrap().effective_from, Timestamp::from_micros(50));
    }
}
