//! Verification: what the rules make of a recorded line and its corrections, beside what the ledger says.

use super::currency::OutOfRange;
use super::eligibility::TieState;
use super::line::{Correction, Kind, Recorded, Side};
use super::mode::Mode;
use super::plan::{PlanVersion, SIGN_UP};
use super::rating::{self, Note, Rating};
use super::rerating;
use super::reversal::{self, Take};
use super::timestamp::Timestamp;
use super::volume::volume_around;
use super::window::Window;
use rust_decimal::Decimal;
use std::fmt::Display;

/// The tie of a referee, as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tied {
    /// To whom.
    pub referrer_id: i64,
    /// When.
    pub at: Timestamp,
    /// In which mode.
    pub mode: Mode,
}

/// Something of a line that the rules do not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line.
    pub line: i64,
    /// What is the matter, in words that follow the line's name.
    pub what: String,
}

/// Gathers what differs of one line.
struct Findings {
    line: i64,
    found: Vec<Difference>,
}

impl Findings {
    fn add(&mut self, what: String) {
        self.found.push(Difference { line: self.line, what });
    }

    fn compare<T: PartialEq + Display>(&mut self, column: &str, found: T, expected: T) {
        if found != expected {
            self.add(format!("{column} is {found} and should be {expected}"));
        }
    }
}

/// What differs of an accrual and its corrections, by the plan version that they name.
pub fn differences(of: &Recorded, version: &PlanVersion, tie: Option<Tied>) -> Vec<Difference> {
    let mut findings = Findings { line: of.id, found: Vec::new() };
    check_facts(of, version, tie, &mut findings);
    check_rating(of, version, tie, &mut findings);
    let mut before = Recorded { id: of.id, line: of.line.clone(), corrections: Vec::new() };
    for correction in &of.corrections {
        findings.line = correction.id;
        check_correction(&before, correction, version, &mut findings);
        before.corrections.push(correction.clone());
    }
    findings.found
}

/// Who, when and in which currency.
fn check_facts(of: &Recorded, version: &PlanVersion, tie: Option<Tied>, findings: &mut Findings) {
    let (line, plan) = (&of.line, &version.plan);
    findings.compare("currency", &*line.currency, &*plan.currency.code);
    findings.compare("payable_at", line.payable_at, line.occurred_at.plus_days(plan.hold_days));
    if line.occurred_at < version.effective_from {
        findings.add(format!("occurred_at is {}, before its plan version holds", line.occurred_at));
    }
    match tie {
        None => findings.add("its referee is tied to nobody".to_owned()),
        Some(tie) => {
            findings.compare("referrer", line.referrer_id, tie.referrer_id);
            if line.event_kind == SIGN_UP {
                findings.compare("occurred_at", line.occurred_at, tie.at);
            }
        }
    }
    if line.event_kind == SIGN_UP {
        findings.compare("event_key", line.event_key.as_str(), &line.referee_id.to_string());
    }
}

/// Tier, rate, amount and note, by the volume that the line says was there before.
fn check_rating(of: &Recorded, version: &PlanVersion, tie: Option<Tied>, findings: &mut Findings) {
    let (line, plan) = (&of.line, &version.plan);
    let is_new_tie = line.event_kind == SIGN_UP && tie.is_some_and(|tie| tie.mode == line.mode);
    let state = if is_new_tie { TieState::New } else { TieState::Apart };
    let expected = match line.side {
        Side::Referrer => {
            let (before, after) = volume_around(plan, state, line.base_amount, line.volume_before);
            if plan.window == Window::Event {
                findings.compare("volume_before", line.volume_before, Decimal::ZERO);
            }
            Some(rating::rate(plan, &line.event_kind, line.base_amount, before, after))
        }
        Side::Referee => rating::for_referee(plan, &line.event_kind, line.base_amount),
    };
    let expected: Rating = match expected {
        Some(Ok(rating)) => rating,
        Some(Err(OutOfRange)) => return findings.add("its amount does not fit the ledger".to_owned()),
        None => return findings.add("its plan pays the referee nothing for this".to_owned()),
    };
    findings.compare("tier", named(line.tier.as_deref()), named(expected.tier.as_deref()));
    let basis = |basis: rating::Basis| match basis.in_ledger() {
        (word, None) => word.to_owned(),
        (word, Some(rate)) => format!("{word} {}", rate.normalize()),
    };
    findings.compare("rate", basis(line.basis), basis(expected.basis));
    let may_be_capped = line.side == Side::Referrer && plan.limits.look_back();
    let is_capped = line.note == Some(Note::Capped);
    if may_be_capped && is_capped {
        if line.amount < Decimal::ZERO || line.amount >= expected.amount {
            findings.add(format!("amount is {}, capped from {}", line.amount.normalize(), expected.amount.normalize()));
        }
    } else {
        findings.compare("amount", line.amount.normalize(), expected.amount.normalize());
        let word = |note: Option<Note>| note.map_or("none", Note::as_str);
        findings.compare("note", word(line.note), word(expected.note));
    }
}

/// A correction, by what was left before it.
fn check_correction(before: &Recorded, correction: &Correction, version: &PlanVersion, findings: &mut Findings) {
    let plan = &version.plan;
    if correction.kind == Kind::Adjustment {
        let tier = plan.tiers.iter().find(|tier| Some(&tier.name) == correction.tier.as_ref());
        if let Some(name) = correction.tier.as_deref().filter(|_| tier.is_none()) {
            return findings.add(format!("tier is {name}, which its plan does not have"));
        }
        findings.compare("in_full", correction.in_full, false);
        findings.compare("refunded", in_words(correction.refunded), in_words(None));
        match rerating::adjustment(plan, tier, before) {
            Ok(Some(line)) => findings.compare("amount", correction.amount.normalize(), line.amount.normalize()),
            Ok(None) | Err(OutOfRange) => {
                findings.add(format!("it adjusts line {} to a tier where it was already", before.id));
            }
        }
        return;
    }
    let take = match correction.refunded {
        Some(refund) => Take::Refund(refund),
        None if correction.in_full => Take::Rest,
        None => Take::Amount(-correction.amount),
    };
    let Ok(step) = reversal::step(before, take, &plan.currency, plan.rounding) else {
        return findings.add(format!(
            "it takes back {} of line {}, which has {} left",
            -correction.amount,
            before.id,
            before.net()
        ));
    };
    findings.compare("amount", correction.amount.normalize(), -step.amount.normalize());
    findings.compare("base_amount", in_words(correction.base_amount), in_words(step.base.map(|base| -base)));
    findings.compare("in_full", correction.in_full, step.in_full);
}

fn named(tier: Option<&str>) -> &str {
    tier.unwrap_or("none")
}

fn in_words(amount: Option<Decimal>) -> String {
    amount.map_or_else(|| "none".to_owned(), |amount| amount.normalize().to_string())
}
