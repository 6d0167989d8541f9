//! How far a referrer has come on the ladder of a plan.

use super::plan::Plan;
use rust_decimal::Decimal;

/// Characters of a bar between its brackets.
const BAR: u32 = 10;

/// Where a volume is on a ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The tier reached; `None` below the first.
    pub tier: Option<String>,
    /// The tier not yet reached, and where it begins; `None` at the top.
    pub next: Option<(String, Decimal)>,
    /// The part of the way from this threshold to the next that is done, 0 to 1; 1 at the top.
    pub done: Decimal,
}

impl Progress {
    /// Places a volume.
    pub fn of(plan: &Plan, volume: Decimal) -> Progress {
        let tier = plan.tier_at(volume);
        let next = plan.next_tier(volume);
        let start = tier.map_or(Decimal::ZERO, |tier| tier.from);
        let done = match next {
            Some(next) => ((volume - start) / (next.from - start)).clamp(Decimal::ZERO, Decimal::ONE).round_dp(4),
            None => Decimal::ONE,
        };
        Progress {
            tier: tier.map(|tier| tier.name.clone()),
            next: next.map(|next| (next.name.clone(), next.from)),
            done,
        }
    }

    /// The progress in text, such as `[###-------]`. Full only when the next tier is reached.
    pub fn bar(&self) -> String {
        let filled = (self.done * Decimal::from(BAR)).trunc().try_into().unwrap_or(BAR).min(BAR) as usize;
        format!("[{}{}]", "#".repeat(filled), "-".repeat(BAR as usize - filled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::tests::ladder;
    use proptest::prelude::*;

    #[test]
    fn the_way_is_measured_from_threshold_to_threshold() {
        let at = |volume: i64| Progress::of(&ladder(), Decimal::from(volume));
        assert_eq!(
            at(1),
            Progress { tier: None, next: Some(("Bronze".into(), Decimal::TWO)), done: Decimal::new(5, 1) }
        );
        assert_eq!(at(1).bar(), "[#####-----]");
        // Bronze is 2 to 10: four of eight.
        assert_eq!((at(6).tier.as_deref(), at(6).done), (Some("Bronze"), Decimal::new(5, 1)));
        assert_eq!((at(10).tier.as_deref(), at(10).done), (Some("Silver"), Decimal::ZERO));
        assert_eq!(at(10).bar(), "[----------]");
        assert_eq!((at(21).next.clone(), at(21).bar()), (None, format!("[{}]", "#".repeat(10))));
    }

    proptest! {
        #[test]
        fn a_bar_has_one_width_and_is_full_only_at_the_top(mantissa in 0..1_000_000i64) {
            let progress = Progress::of(&ladder(), Decimal::new(mantissa, 4));
            let bar = progress.bar();
            prop_assert_eq!(bar.len(), 12);
            prop_assert_eq!(!bar.contains('-'), progress.next.is_none());
        }
    }
}
