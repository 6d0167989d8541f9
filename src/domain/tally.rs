//! A tally: the volumes and limits of one referrer in every window that a statement has asked about.

use super::volume::{Fact, Measure, Usage};
use super::window::Span;
use rust_decimal::Decimal;

/// Which of the facts counted here a count of the database would find as well: those of earlier rounds.
pub type Round = u64;

/// Volumes and limits that are known, and facts that are not stored yet.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    volumes: Vec<(Measure, Span, Decimal)>,
    usages: Vec<(String, Span, Usage)>,
    facts: Vec<(Round, Fact)>,
}

impl Tally {
    /// Starts from a volume that is known.
    pub fn knowing(measure: Measure, window: Span, volume: Decimal) -> Tally {
        Tally { volumes: vec![(measure, window, volume)], ..Tally::default() }
    }

    /// The volume in a window. `count` counts what is stored; `round` is that of facts not stored yet. Not kept where
    /// every event has a window of its own.
    pub fn volume(
        &mut self,
        measure: &Measure,
        window: Span,
        keep: bool,
        round: Round,
        count: impl FnOnce() -> Decimal,
    ) -> Decimal {
        let known = self.volumes.iter().find(|(known, span, _)| *span == window && known == measure);
        if let Some((_, _, volume)) = known {
            return *volume;
        }
        let volume = count() + self.unstored(round, window).map(|fact| measure.of(fact)).sum::<Decimal>();
        if keep {
            self.volumes.push((measure.clone(), window, volume));
        }
        volume
    }

    /// The usage of limits in a window, likewise.
    pub fn usage(
        &mut self,
        currency: &str,
        window: Span,
        keep: bool,
        round: Round,
        count: impl FnOnce() -> Usage,
    ) -> Usage {
        let known = self.usages.iter().find(|(known, span, _)| *span == window && known == currency);
        if let Some((_, _, usage)) = known {
            return *usage;
        }
        let usage = self.unstored(round, window).fold(count(), |usage, fact| usage.with(fact, currency));
        if keep {
            self.usages.push((currency.to_owned(), window, usage));
        }
        usage
    }

    fn unstored(&self, round: Round, window: Span) -> impl Iterator<Item = &Fact> {
        let of_round = self.facts.iter().filter(move |(made_in, _)| *made_in == round);
        of_round.map(|(_, fact)| fact).filter(move |fact| window.holds(fact.at))
    }

    /// Counts a fact into every window that holds it.
    pub fn count(&mut self, fact: &Fact, round: Round) {
        for (measure, window, volume) in &mut self.volumes {
            if window.holds(fact.at) {
                *volume += measure.of(fact);
            }
        }
        for (currency, window, usage) in &mut self.usages {
            if window.holds(fact.at) {
                *usage = usage.with(fact, currency);
            }
        }
        // What earlier rounds left is stored by now.
        if self.facts.first().is_some_and(|(made_in, _)| *made_in != round) {
            self.facts.clear();
        }
        self.facts.push((round, fact.clone()));
    }
}
