//! Reversals: how much of a line is taken back.

use super::currency::{self, Currency, OutOfRange, Rounding};
use super::fraction::{exact, share};
use super::line::{Edge, Kind, Line, Recorded};
use rust_decimal::Decimal;

/// What is to be taken back of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// All that is left.
    Rest,
    /// So much of the commission.
    Amount(Decimal),
    /// The commission's share of so much of the event's own amount, which was given back.
    Refund(Decimal),
}

/// Why nothing can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Nothing is left.
    ReversedInFull,
    /// Zero or less.
    NotPositive,
    /// Less than the smallest amount of the currency.
    TooFine,
    /// More than is left, which is this.
    TooMuch(Decimal),
    /// A refund of an event that has no amount of its own.
    NoAmount,
}

/// The step by which a line is reversed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Taken off the commission, not negative.
    pub amount: Decimal,
    /// Taken off the event's own amount, not negative; `None` for events without one.
    pub base: Option<Decimal>,
    /// The refund, if that is why.
    pub refunded: Option<Decimal>,
    /// Whether nothing is left.
    pub in_full: bool,
}

/// Works out a step. Partial steps in any order add up to the line when all is taken.
pub fn step(of: &Recorded, take: Take, currency: &Currency, rounding: Rounding) -> Result<Step, Problem> {
    if of.is_reversed_in_full() {
        return Err(Problem::ReversedInFull);
    }
    let (left, base_left) = (of.net(), of.base_left());
    let rest = |refunded| Step { amount: left, base: base_left, refunded, in_full: true };
    match take {
        Take::Rest => Ok(rest(None)),
        Take::Amount(amount) if amount <= Decimal::ZERO => Err(Problem::NotPositive),
        Take::Amount(amount) if !currency.is_payable(amount) => Err(Problem::TooFine),
        Take::Amount(amount) if amount > left => Err(Problem::TooMuch(left)),
        Take::Amount(amount) if amount == left => Ok(rest(None)),
        Take::Amount(amount) => {
            let base = base_left.map(|base| {
                let taken = exact(base) * share(amount, left);
                rounded(&taken, currency::MAX_DECIMALS, Rounding::HalfUp).min(base)
            });
            Ok(Step { amount, base, refunded: None, in_full: false })
        }
        Take::Refund(refund) => refund_step(of, refund, currency, rounding),
    }
}

fn refund_step(of: &Recorded, refund: Decimal, currency: &Currency, rounding: Rounding) -> Result<Step, Problem> {
    let whole = of.line.base_amount.filter(|base| !base.is_zero()).ok_or(Problem::NoAmount)?;
    let refundable = whole - of.refunded();
    let (left, base_left) = (of.net(), of.base_left().unwrap_or_default());
    match refund {
        refund if refund <= Decimal::ZERO => Err(Problem::NotPositive),
        refund if refund > refundable => Err(Problem::TooMuch(refundable)),
        refund if refund == refundable => {
            Ok(Step { amount: left, base: Some(base_left), refunded: Some(refund), in_full: true })
        }
        refund => {
            let origin = Origin::of(of);
            // Nothing is left of the base where reversals by amount took it already; then nothing follows from a refund.
            let due = match origin.base.is_zero() {
                true => origin.reversed,
                false => rounded(
                    &(exact(origin.amount) * share((origin.refunded + refund).min(origin.base), origin.base)),
                    currency.decimals,
                    rounding,
                ),
            };
            let amount = (due - origin.reversed).clamp(Decimal::ZERO, left.max(Decimal::ZERO));
            let base = refund.min(base_left);
            let in_full = amount == left && base == base_left;
            Ok(Step { amount, base: Some(base), refunded: Some(refund), in_full })
        }
    }
}

/// From where refunds are counted: the accrual, or the latest adjustment of it.
struct Origin {
    amount: Decimal,
    base: Decimal,
    refunded: Decimal,
    reversed: Decimal,
}

impl Origin {
    fn of(recorded: &Recorded) -> Origin {
        let mut net = recorded.line.amount;
        let mut base = recorded.line.base_amount.unwrap_or_default();
        let mut origin = Origin { amount: net, base, refunded: Decimal::ZERO, reversed: Decimal::ZERO };
        for correction in &recorded.corrections {
            net += correction.amount;
            if correction.kind == Kind::Adjustment {
                origin = Origin { amount: net, base, refunded: Decimal::ZERO, reversed: Decimal::ZERO };
                continue;
            }
            base += correction.base_amount.unwrap_or_default();
            origin.refunded += correction.refunded.unwrap_or_default();
            origin.reversed -= correction.amount;
        }
        origin
    }
}

/// A part of something that fits, which so fits as well.
fn rounded(exact: &super::fraction::Fraction, decimals: u32, rounding: Rounding) -> Decimal {
    currency::round(exact, decimals, rounding).unwrap_or_else(|OutOfRange| unreachable!("a part of what fits"))
}

impl Recorded {
    /// The line that records a step.
    pub fn reversal_line(&self, step: &Step, reason: &str) -> Line {
        Line {
            kind: Kind::Reversal,
            amount: -step.amount,
            base_amount: step.base.map(|base| -base),
            note: None,
            reason: Some(reason.to_owned()),
            corrects: Some(Edge { commission_id: self.id, refunded: step.refunded, in_full: step.in_full }),
            ..self.line.clone()
        }
    }
}
