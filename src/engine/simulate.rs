//! Simulates a plan over the history of a program. Writes nothing.

use super::error::Error;
use super::{environment, programs};
use crate::domain::currency::shown;
use crate::domain::eligibility::TieState;
use crate::domain::line::{Kind, Recorded, Side};
use crate::domain::mode::Mode;
use crate::domain::plan::SIGN_UP;
use crate::domain::plan_json;
use crate::domain::simulation::{self, Happening, Taken};
use crate::domain::timestamp::Timestamp;
use crate::store::attribution::{PastTie, Tie};
use crate::store::{attribution, lines, participant};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// What one referrer earned, and would have earned.
pub struct Comparison {
    /// The user_key; `None` once erased.
    pub referrer: Option<String>,
    /// The sum of the ledger's lines.
    pub actual: Decimal,
    /// The sum of the lines under the plan.
    pub simulated: Decimal,
}

/// Compares what a program's referrers earned by events of a time with what a plan would have given them.
pub fn compare(program: &str, plan: &Value, since: Timestamp, until: Timestamp) -> Result<Vec<Comparison>, Error> {
    let program = programs::known(program)?;
    let plan = Rc::new(plan_json::parse(plan).map_err(Error::InvalidPlan)?);
    let mode = environment::mode();
    let recorded = lines::of_program(program.id, mode);
    let ties = attribution::of_program(program.id, mode);
    let is_meant = |at: Timestamp| since <= at && at < until;
    let mut actual: BTreeMap<i64, Decimal> = BTreeMap::new();
    for line in recorded.iter().filter(|recorded| is_meant(recorded.line.occurred_at)) {
        *actual.entry(line.line.referrer_id).or_default() += line.net();
    }
    let mut comparisons = Vec::new();
    for (referrer_id, history) in histories(&recorded, &ties, mode) {
        pgrx::check_for_interrupts!();
        let worth = simulation::run(&plan, mode, referrer_id, &history);
        let meant: Vec<Decimal> = worth.into_iter().filter(|(at, _)| is_meant(*at)).map(|(_, worth)| worth).collect();
        let earned = actual.get(&referrer_id).copied();
        if earned.is_some() || !meant.is_empty() {
            comparisons.push((referrer_id, earned.unwrap_or_default(), meant.into_iter().sum()));
        }
    }
    let keys = participant::keys(&comparisons.iter().map(|(id, ..)| *id).collect::<Vec<_>>());
    let decimals = program.versions.last().map_or(0, |version| version.plan.currency.decimals);
    let named = |(id, actual, simulated)| Comparison {
        referrer: keys.get(&id).cloned().flatten(),
        actual: shown(actual, decimals),
        simulated: shown(simulated, plan.currency.decimals),
    };
    Ok(comparisons.into_iter().map(named).collect())
}

/// What happened to each referrer, in the order of arrival. A sign-up that earned no line left no place in it; it is put
/// before the first line of a later time.
fn histories(recorded: &[Recorded], ties: &[PastTie], mode: Mode) -> BTreeMap<i64, Vec<Happening>> {
    let tie_of: HashMap<i64, &PastTie> = ties.iter().map(|past| (past.tie.referee_id, past)).collect();
    let mut arrivals: BTreeMap<i64, Vec<(i64, Happening)>> = BTreeMap::new();
    for found in recorded.iter().filter(|found| found.line.side == Side::Referrer) {
        let of_referrer = arrivals.entry(found.line.referrer_id).or_default();
        of_referrer.push((found.id, event(found, tie_of.get(&found.line.referee_id).copied(), mode)));
        of_referrer.extend(reversals(found));
    }
    let mut waiting = lineless(ties);
    for referrer_id in waiting.keys() {
        arrivals.entry(*referrer_id).or_default();
    }
    let mut histories = BTreeMap::new();
    for (referrer_id, mut arrived) in arrivals {
        arrived.sort_by_key(|(id, _)| *id);
        let mut sign_ups = waiting.remove(&referrer_id).unwrap_or_default().into_iter().peekable();
        let mut history = Vec::with_capacity(arrived.len());
        for (_, happening) in arrived {
            if let Happening::Event { at, .. } = happening {
                while let Some(tie) = sign_ups.next_if(|tie| tie.attributed_at <= at) {
                    history.push(sign_up(tie));
                }
            }
            history.push(happening);
        }
        history.extend(sign_ups.map(sign_up));
        histories.insert(referrer_id, history);
    }
    histories
}

fn event(found: &Recorded, past: Option<&PastTie>, mode: Mode) -> Happening {
    let line = &found.line;
    let counts = line.event_kind == SIGN_UP && past.is_some_and(|past| past.mode == mode);
    Happening::Event {
        line: Some(found.id),
        kind: line.event_kind.clone(),
        key: line.event_key.clone(),
        referee_id: line.referee_id,
        at: line.occurred_at,
        amount: line.base_amount,
        tied_at: past.map_or(line.occurred_at, |past| past.tie.attributed_at),
        tie: if counts { TieState::New } else { TieState::Apart },
    }
}

fn sign_up(tie: Tie) -> Happening {
    Happening::Event {
        line: None,
        kind: SIGN_UP.to_owned(),
        key: tie.referee_id.to_string(),
        referee_id: tie.referee_id,
        at: tie.attributed_at,
        amount: None,
        tied_at: tie.attributed_at,
        tie: TieState::New,
    }
}

/// The reversals of a line, each in the share that it took.
fn reversals(found: &Recorded) -> Vec<(i64, Happening)> {
    let mut left = found.line.amount;
    let mut reversals = Vec::new();
    for correction in &found.corrections {
        if correction.kind == Kind::Reversal {
            let taken = match correction.refunded {
                _ if correction.in_full => Taken::Rest,
                Some(refund) => Taken::Refund(refund),
                None => Taken::Part { amount: -correction.amount, left },
            };
            reversals.push((correction.id, Happening::Reversal { line: found.id, taken }));
        }
        left += correction.amount;
    }
    reversals
}

/// Ties whose sign-up has no line, by referrer.
fn lineless(ties: &[PastTie]) -> BTreeMap<i64, Vec<Tie>> {
    let mut by_referrer: BTreeMap<i64, Vec<Tie>> = BTreeMap::new();
    for past in ties.iter().filter(|past| past.is_lineless) {
        by_referrer.entry(past.tie.referrer_id).or_default().push(past.tie);
    }
    by_referrer
}
