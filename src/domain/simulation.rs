//! Simulation: what a plan makes of a history, by the same path that events take, with nothing written.

use super::account::Account;
use super::book::{Book, Entry};
use super::currency::{self, OutOfRange};
use super::eligibility::{Amount, Occurrence, TieState};
use super::fraction::{exact, share};
use super::line::{Correction, Kind, Line, Recorded, Side};
use super::mode::Mode;
use super::plan::{Plan, PlanVersion, Program};
use super::reversal::Take;
use super::standing::{Place, Standing};
use super::tally::Round;
use super::timestamp::Timestamp;
use super::volume::{Measure, Usage};
use super::window::Span;
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Something that happened to a referrer, in the order of arrival.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// An event, a sign-up among them.
    Event {
        /// The line that it earned in truth, if it did.
        line: Option<i64>,
        kind: String,
        key: String,
        referee_id: i64,
        at: Timestamp,
        amount: Option<Decimal>,
        tied_at: Timestamp,
        tie: TieState,
    },
    /// A line was reversed.
    Reversal {
        /// Which.
        line: i64,
        /// How much of what was left of it then.
        taken: Taken,
    },
}

/// How much a reversal took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// All that was left.
    Rest,
    /// The share of a refund.
    Refund(Decimal),
    /// So much of what was left.
    Part {
        /// Taken.
        amount: Decimal,
        /// Left before.
        left: Decimal,
    },
}

/// What a line was worth, and when its event happened.
pub type Worth = (Timestamp, Decimal);

/// Runs the history of one referrer under a plan.
pub fn run(plan: &Rc<Plan>, mode: Mode, referrer_id: i64, history: &[Happening]) -> Vec<Worth> {
    let version = PlanVersion { version: 1, effective_from: Timestamp::NEG_INFINITY, plan: Rc::clone(plan) };
    let program = Program { id: 0, name: String::new(), paused: false, versions: vec![version] };
    let mut book = Memory { plan: Rc::clone(plan), lines: Vec::new() };
    let mut account = Account::new(referrer_id, mode, Rc::new(program), Standing::new(), &book);
    let ties: HashSet<i64> = history.iter().filter_map(Happening::tie_line).collect();
    // Which line of the simulation stands for a line of the ledger.
    let mut counterparts = HashMap::new();
    for happening in history {
        match happening {
            Happening::Event { line, kind, key, referee_id, at, amount, tied_at, tie } => {
                let event = Occurrence {
                    kind,
                    key,
                    referee_id: *referee_id,
                    at: *at,
                    amount: amount.map_or(Amount::Absent, Amount::Given),
                    currency: None,
                    tied_at: *tied_at,
                    tie: *tie,
                };
                let next = book.lines.len();
                if account.occur(&event, &mut book).is_ok() {
                    counterparts.extend(line.map(|line| (line, next)));
                }
            }
            Happening::Reversal { line, taken } => {
                let Some(found) = counterparts.get(line).map(|index| book.lines[*index].clone()) else { continue };
                let Some(take) = taken.of(&found, plan) else { continue };
                // What cannot be taken back of the simulated line is gone already.
                let _ = account.reverse(&found, take, "", ties.contains(line), &mut book);
            }
        }
    }
    let of_referrer = book.lines.iter().filter(|recorded| recorded.line.side == Side::Referrer);
    of_referrer.map(|recorded| (recorded.line.occurred_at, recorded.net())).collect()
}

impl Happening {
    /// The line of a sign-up whose tie counts.
    fn tie_line(&self) -> Option<i64> {
        match self {
            Happening::Event { line, tie: TieState::New, .. } => *line,
            _ => None,
        }
    }
}

impl Taken {
    /// The same share of a simulated line.
    fn of(self, line: &Recorded, plan: &Plan) -> Option<Take> {
        match self {
            Taken::Rest => Some(Take::Rest),
            Taken::Refund(refund) => Some(Take::Refund(refund)),
            Taken::Part { amount, left } => {
                let taken = exact(line.net()) * share(amount, left);
                match currency::round(&taken, plan.currency.decimals, plan.rounding) {
                    Ok(taken) if taken > Decimal::ZERO => Some(Take::Amount(taken)),
                    Ok(_) | Err(OutOfRange) => None,
                }
            }
        }
    }
}

/// The record of one referrer, in memory. Nothing of it counts as stored: the account remembers each fact itself.
struct Memory {
    plan: Rc<Plan>,
    lines: Vec<Recorded>,
}

impl Book for Memory {
    fn volume(&mut self, _: &Measure, _: Span) -> Decimal {
        Decimal::ZERO
    }

    fn usage(&mut self, _: &str, _: Span) -> Usage {
        Usage::default()
    }

    fn round(&self) -> Round {
        0
    }

    fn tiers_of_lines(&mut self, place: Place) -> Vec<Option<String>> {
        self.lines(place).iter().map(|recorded| recorded.tier().map(str::to_owned)).collect()
    }

    fn lines(&mut self, place: Place) -> Vec<Recorded> {
        let is_there = |recorded: &&Recorded| {
            recorded.line.side == Side::Referrer
                && place.window.holds(recorded.line.occurred_at)
                && !recorded.is_reversed_in_full()
        };
        self.lines.iter().filter(is_there).cloned().collect()
    }

    fn plan(&self, _: i32, _: i32) -> Option<Rc<Plan>> {
        Some(Rc::clone(&self.plan))
    }

    fn write(&mut self, entry: Entry) {
        let Entry::Line(line) = entry else { return };
        let Some(edge) = line.corrects else {
            let id = self.lines.len() as i64;
            self.lines.push(Recorded { id, line, corrections: Vec::new() });
            return;
        };
        let Line { kind, amount, base_amount, tier, reason, .. } = line;
        let tier = tier.filter(|_| kind == Kind::Adjustment);
        let (refunded, in_full) = (edge.refunded, edge.in_full);
        let correction = Correction { id: 0, kind, amount, base_amount, tier, refunded, in_full, reason };
        self.lines[edge.commission_id as usize].corrections.push(correction);
    }
}
