//! Rating: what one event earns its referrer under a plan.

use super::currency;
use super::plan::{Crossing, Plan, PlanVersion, Program, Rate, RatingMethod};
use rust_decimal::Decimal;

/// Why an event earned no line (DESIGN 3, "Eligible or refused").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The referrer's program is paused.
    ProgramPaused,
    /// No plan version was in force when the event happened.
    NoPlan,
}

impl Refusal {
    /// The word in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::ProgramPaused => "program_paused",
            Refusal::NoPlan => "no_plan",
        }
    }
}

/// Why a line is worth less than a rate of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The volume has not reached the first tier.
    BelowFirstTier,
    /// The tier has no rate for this kind of event.
    NoRateAtTier,
}

impl Note {
    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Note::BelowFirstTier => "below_first_tier",
            Note::NoRateAtTier => "no_rate_at_tier",
        }
    }
}

/// What an event earns, and how that came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The tier whose rate was used; `None` below the first.
    pub tier: Option<String>,
    /// The rate that applied; `None` where none did, and then `note` says why.
    pub rate: Option<Rate>,
    /// The amount, rounded.
    pub amount: Decimal,
    /// Why the amount is less than a rate.
    pub note: Option<Note>,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// One line.
    Line(Rating),
    /// No line; the audit says why.
    Refused(Refusal),
    /// The plan has nothing to say about this kind of event.
    NotRated,
}

/// Decides about an event. `in_force` is the plan version in force when it happened, with the referrer's volume before
/// the event in that plan's window.
pub fn decide(program: &Program, in_force: Option<(&PlanVersion, Decimal)>, event_kind: &str) -> Outcome {
    if program.paused {
        return Outcome::Refused(Refusal::ProgramPaused);
    }
    let Some((version, volume_before)) = in_force else { return Outcome::Refused(Refusal::NoPlan) };
    rate(&version.plan, event_kind, volume_before).map_or(Outcome::NotRated, Outcome::Line)
}

/// Rates one event whose referrer had this volume before it; `None` if no tier rates the kind.
pub fn rate(plan: &Plan, event_kind: &str, volume_before: Decimal) -> Option<Rating> {
    plan.rates_kind(event_kind).then(|| match plan.method {
        RatingMethod::Forward => forward(plan, event_kind, volume_before),
    })
}

/// One tier's rate for the whole event.
fn forward(plan: &Plan, event_kind: &str, volume_before: Decimal) -> Rating {
    let volume = match plan.crossing {
        Crossing::New => volume_before + plan.metric.contribution(event_kind),
        Crossing::Old => volume_before,
    };
    let Some(tier) = plan.tier_at(volume) else {
        let nothing = currency::round(Decimal::ZERO, &plan.currency, plan.rounding);
        return Rating { tier: None, rate: None, amount: nothing, note: Some(Note::BelowFirstTier) };
    };
    let rate = tier.rates.get(event_kind).cloned();
    let exact = match rate {
        Some(Rate::Flat(amount)) => amount,
        None => Decimal::ZERO,
    };
    Rating {
        tier: Some(tier.name.clone()),
        amount: currency::round(exact, &plan.currency, plan.rounding),
        note: rate.is_none().then_some(Note::NoRateAtTier),
        rate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::SIGN_UP;
    use crate::domain::plan::tests::{ladder, plan};
    use crate::domain::timestamp::Timestamp;
    use proptest::prelude::*;
    use std::rc::Rc;

    fn amount(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    /// Tier, amount and note of the sign-up that follows so many others.
    fn nth(plan: &Plan, before: i64) -> (Option<String>, Decimal, Option<Note>) {
        let rating = rate(plan, SIGN_UP, Decimal::from(before)).unwrap();
        (rating.tier, rating.amount, rating.note)
    }

    #[test]
    fn the_event_that_reaches_a_threshold_earns_the_new_tier() {
        let plan = ladder();
        assert_eq!(nth(&plan, 0), (None, amount("0"), Some(Note::BelowFirstTier)));
        assert_eq!(nth(&plan, 1), (Some("Bronze".into()), amount("10"), None));
        assert_eq!(nth(&plan, 8), (Some("Bronze".into()), amount("10"), None));
        assert_eq!(nth(&plan, 9), (Some("Silver".into()), amount("0"), Some(Note::NoRateAtTier)));
        // Gold begins at 20.5, so the 21st; 15.005 rounds half up.
        assert_eq!(nth(&plan, 19).0, Some("Silver".into()));
        assert_eq!(nth(&plan, 20), (Some("Gold".into()), amount("15.01"), None));
    }

    #[test]
    fn or_the_old_one_if_the_plan_says_so() {
        let plan = Plan { crossing: Crossing::Old, ..ladder() };
        assert_eq!(nth(&plan, 1).0, None);
        assert_eq!(nth(&plan, 2).0, Some("Bronze".into()));
        assert_eq!(nth(&plan, 9).0, Some("Bronze".into()));
        assert_eq!(nth(&plan, 10).0, Some("Silver".into()));
    }

    #[test]
    fn other_kinds_do_not_add_to_a_count_of_referrals() {
        let plan =
            plan(r#"{"currency": "USD", "tiers": [{"name": "A", "from": 1, "rates": {"payment": {"flat": 1}}}]}"#);
        assert_eq!(rate(&plan, "payment", Decimal::ZERO).unwrap().note, Some(Note::BelowFirstTier));
        assert_eq!(rate(&plan, "payment", Decimal::ONE).unwrap().amount, Decimal::ONE);
        assert_eq!(rate(&plan, SIGN_UP, Decimal::ONE), None);
    }

    #[test]
    fn refusals_come_before_rates() {
        let version = PlanVersion { version: 1, effective_from: Timestamp::NEG_INFINITY, plan: Rc::new(ladder()) };
        let mut program = Program { id: 1, name: "p".into(), paused: true, versions: vec![version.clone()] };
        let in_force = Some((&version, Decimal::ZERO));
        assert_eq!(decide(&program, in_force, SIGN_UP), Outcome::Refused(Refusal::ProgramPaused));
        assert_eq!(decide(&program, None, SIGN_UP), Outcome::Refused(Refusal::ProgramPaused));
        program.paused = false;
        assert_eq!(decide(&program, None, SIGN_UP), Outcome::Refused(Refusal::NoPlan));
        assert_eq!(decide(&program, in_force, "renewal"), Outcome::NotRated);
        assert!(matches!(decide(&program, in_force, SIGN_UP), Outcome::Line(_)));
    }

    proptest! {
        /// Against a ladder searched the long way round: every tier in turn, the last that qualifies.
        #[test]
        fn tiers_by_exhaustion(steps in prop::collection::vec((1..50i64, 0..10_000i64), 1..6), before in 0..300i64, old in any::<bool>()) {
            let mut from = 0;
            let mut tiers = Vec::new();
            for (index, (step, flat)) in steps.iter().enumerate() {
                from += step;
                tiers.push(serde_json::json!({"name": format!("T{index}"), "from": from, "rates": {"signup": {"flat": flat}}}));
            }
            let crossing = if old { "old" } else { "new" };
            let plan = plan(&serde_json::json!({"currency": "USD", "crossing": crossing, "tiers": tiers}).to_string());
            let counted = if old { before } else { before + 1 };
            let (mut expected, mut reached) = (0, 0);
            for (step, flat) in &steps {
                reached += step;
                if reached <= counted { expected = *flat; }
            }
            prop_assert_eq!(nth(&plan, before).1, Decimal::from(expected));
        }
    }
}
