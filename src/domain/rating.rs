//! Rating: what one event earns under a plan, before limits.

use super::currency::{self, OutOfRange};
use super::fraction::{Fraction, exact, hundredths};
use super::plan::{Crossing, Plan, Rate, RatingMethod, Tier};
use num_traits::Zero;
use rust_decimal::Decimal;

/// Why a line is worth less than a rate of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The volume has not reached the first tier.
    BelowFirstTier,
    /// The tier has no rate for this kind of event.
    NoRateAtTier,
    /// A limit was reached.
    Capped,
}

impl Note {
    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Note::BelowFirstTier => "below_first_tier",
            Note::NoRateAtTier => "no_rate_at_tier",
            Note::Capped => "capped",
        }
    }

    /// The note of a word in the ledger.
    pub fn from_ledger(word: &str) -> Option<Note> {
        [Note::BelowFirstTier, Note::NoRateAtTier, Note::Capped].into_iter().find(|note| note.as_str() == word)
    }
}

/// By what a line was rated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// No rate applied.
    None,
    /// An amount per event.
    Flat(Decimal),
    /// A percentage of the event's amount.
    Percent(Decimal),
    /// Several percentages, each of a slice of the amount.
    Bands,
}

impl Basis {
    /// The word in the ledger, and the rate beside it.
    pub fn in_ledger(self) -> (&'static str, Option<Decimal>) {
        match self {
            Basis::None => ("none", None),
            Basis::Flat(amount) => ("flat", Some(amount)),
            Basis::Percent(percent) => ("percent", Some(percent)),
            Basis::Bands => ("bands", None),
        }
    }

    /// The basis that the ledger describes so.
    pub fn from_ledger(word: &str, rate: Option<Decimal>) -> Basis {
        match (word, rate) {
            ("flat", Some(amount)) => Basis::Flat(amount),
            ("percent", Some(percent)) => Basis::Percent(percent),
            ("bands", _) => Basis::Bands,
            _ => Basis::None,
        }
    }
}

impl From<&Rate> for Basis {
    fn from(rate: &Rate) -> Basis {
        match rate {
            Rate::Flat(amount) => Basis::Flat(*amount),
            Rate::Percent { percent, .. } => Basis::Percent(*percent),
        }
    }
}

/// What an event earns, and how that came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The tier whose rate was used; `None` below the first, and for a referee.
    pub tier: Option<String>,
    /// The rate that applied; where none did, `note` says why.
    pub basis: Basis,
    /// The amount, rounded.
    pub amount: Decimal,
    /// Why the amount is less than a rate.
    pub note: Option<Note>,
}

/// A part of an event's amount that falls into one band of volume.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice<'a> {
    /// The tier of the band; `None` below the first.
    pub tier: Option<&'a Tier>,
    /// How much of the amount.
    pub amount: Decimal,
}

impl<'a> Slice<'a> {
    /// What the band pays for a kind of event.
    pub fn rate(&self, event_kind: &str) -> Option<&'a Rate> {
        self.tier?.rates.get(event_kind)
    }
}

/// Rates one event for its referrer, whose volume was `before` it and is `after` it.
pub fn rate(
    plan: &Plan,
    event_kind: &str,
    amount: Option<Decimal>,
    before: Decimal,
    after: Decimal,
) -> Result<Rating, OutOfRange> {
    match (plan.method, plan.crossing) {
        (RatingMethod::Marginal, _) => marginal(plan, event_kind, amount.unwrap_or_default(), before),
        (RatingMethod::Forward, Crossing::Old) => at_tier(plan, plan.tier_at(before), event_kind, amount, None),
        _ => at_tier(plan, plan.tier_at(after), event_kind, amount, None),
    }
}

/// One tier's rate for the whole event, or for the share of it that was not reversed, if some was.
pub fn at_tier(
    plan: &Plan,
    tier: Option<&Tier>,
    event_kind: &str,
    amount: Option<Decimal>,
    share_left: Option<&Fraction>,
) -> Result<Rating, OutOfRange> {
    let rate = tier.and_then(|tier| tier.rates.get(event_kind));
    let whole = rate.map_or_else(Fraction::zero, |rate| earned(rate, amount));
    let earned = if let Some(share) = share_left { whole * share } else { whole };
    Ok(Rating {
        tier: tier.map(|tier| tier.name.clone()),
        basis: rate.map_or(Basis::None, Basis::from),
        amount: currency::round(&earned, plan.currency.decimals, plan.rounding)?,
        note: match (tier, rate) {
            (None, _) => Some(Note::BelowFirstTier),
            (_, None) => Some(Note::NoRateAtTier),
            _ => None,
        },
    })
}

/// What the referee earns beside the referrer; `None` if the plan has no rate for it.
pub fn for_referee(plan: &Plan, event_kind: &str, amount: Option<Decimal>) -> Option<Result<Rating, OutOfRange>> {
    let rate = plan.referee.get(event_kind)?;
    let rounded = currency::round(&earned(rate, amount), plan.currency.decimals, plan.rounding);
    Some(rounded.map(|amount| Rating { tier: None, basis: rate.into(), amount, note: None }))
}

/// What a rate makes of an event, exactly.
pub fn earned(rate: &Rate, amount: Option<Decimal>) -> Fraction {
    match rate {
        Rate::Flat(flat) => exact(*flat),
        Rate::Percent { percent, min, max } => {
            let part = exact(amount.unwrap_or_default()) * hundredths(*percent);
            let part = min.map_or(part.clone(), |min| part.max(exact(min)));
            max.map_or(part.clone(), |max| part.min(exact(max)))
        }
    }
}

/// Each slice of the amount at the rate of its band, rounded once on the sum.
fn marginal(plan: &Plan, event_kind: &str, amount: Decimal, before: Decimal) -> Result<Rating, OutOfRange> {
    let slices = slices(plan, amount, before);
    let sum: Fraction =
        slices.iter().filter_map(|slice| Some(earned(slice.rate(event_kind)?, Some(slice.amount)))).sum();
    let tier = slices.last().expect("there is one at least").tier;
    let mut rates = slices.iter().filter_map(|slice| slice.rate(event_kind));
    let (basis, note) = match (tier, rates.next(), slices.len()) {
        (None, ..) => (Basis::None, Some(Note::BelowFirstTier)),
        (_, None, _) => (Basis::None, Some(Note::NoRateAtTier)),
        (_, Some(rate), 1) => (rate.into(), None),
        _ => (Basis::Bands, None),
    };
    let amount = currency::round(&sum, plan.currency.decimals, plan.rounding)?;
    Ok(Rating { tier: tier.map(|tier| tier.name.clone()), basis, amount, note })
}

/// Cuts an amount at the thresholds that the volume passes on its way up. An amount of zero is one empty slice.
pub fn slices(plan: &Plan, amount: Decimal, before: Decimal) -> Vec<Slice<'_>> {
    let after = before + amount;
    let mut slices = Vec::new();
    let mut reached = before;
    loop {
        let end = plan.next_tier(reached).map_or(after, |next| next.from.min(after));
        slices.push(Slice { tier: plan.tier_at(reached), amount: end - reached });
        if end >= after {
            return slices;
        }
        reached = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::SIGN_UP;
    use crate::domain::plan::tests::{ladder, plan};
    use proptest::prelude::*;

    fn amount(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    /// Tier, amount and note of the sign-up that follows so many others.
    fn nth(plan: &Plan, before: i64) -> (Option<String>, Decimal, Option<Note>) {
        let rating = rate(plan, SIGN_UP, None, Decimal::from(before), Decimal::from(before + 1)).unwrap();
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
        let payment = |ties| rate(&plan, "payment", None, Decimal::from(ties), Decimal::from(ties)).unwrap();
        assert_eq!(payment(0).note, Some(Note::BelowFirstTier));
        assert_eq!((payment(1).amount, payment(1).note), (Decimal::ONE, None));
        let sign_up = rate(&plan, SIGN_UP, None, Decimal::ONE, Decimal::TWO).unwrap();
        assert_eq!((sign_up.basis, sign_up.note), (Basis::None, Some(Note::NoRateAtTier)));
    }

    proptest! {
        /// Against a ladder searched the long way round: every tier in turn, the last that qualifies.
        #[test]
        fn tiers_by_exhaustion(
            steps in prop::collection::vec((1..50i64, 0..10_000i64), 1..6),
            before in 0..300i64,
            old in any::<bool>(),
        ) {
            let mut from = 0;
            let mut tiers = Vec::new();
            for (index, (step, flat)) in steps.iter().enumerate() {
                from += step;
                let rates = serde_json::json!({"signup": {"flat": flat}});
                tiers.push(serde_json::json!({"name": format!("T{index}"), "from": from, "rates": rates}));
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
