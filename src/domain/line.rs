//! Lines of the ledger: what is written, and what was written and corrected since.

use super::fraction::{Fraction, share};
use super::mode::Mode;
use super::rating::{Basis, Note};
use super::timestamp::Timestamp;
use num_traits::{One, Zero};
use rust_decimal::Decimal;
use std::rc::Rc;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What an event earned.
    Accrual,
    /// What was taken back of it.
    Reversal,
    /// What a change of tier made of it.
    Adjustment,
}

impl Kind {
    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Accrual => "accrual",
            Kind::Reversal => "reversal",
            Kind::Adjustment => "adjustment",
        }
    }

    /// The kind of a word in the ledger.
    pub fn from_ledger(word: &str) -> Kind {
        match word {
            "reversal" => Kind::Reversal,
            "adjustment" => Kind::Adjustment,
            _ => Kind::Accrual,
        }
    }
}

/// Whom a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who brought the referee.
    Referrer,
    /// Whose event it is: a welcome reward.
    Referee,
}

impl Side {
    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Referrer => "referrer",
            Side::Referee => "referee",
        }
    }

    /// The side of a word in the ledger.
    pub fn from_ledger(word: &str) -> Side {
        if word == "referee" { Side::Referee } else { Side::Referrer }
    }
}

/// What a correcting line has to say about the accrual that it corrects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The accrual.
    pub commission_id: i64,
    /// The part of the event's own amount that was given back in this step; `None` if that is not why.
    pub refunded: Option<Decimal>,
    /// Whether nothing is left of the accrual after this.
    pub in_full: bool,
}

/// A line of the ledger. The fields are the columns of referrals.commission, and documented there.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub mode: Mode,
    pub kind: Kind,
    pub side: Side,
    pub program_id: i32,
    pub plan_version: i32,
    pub referrer_id: i64,
    pub referee_id: i64,
    pub event_kind: String,
    pub event_key: String,
    pub volume_before: Decimal,
    pub tier: Option<String>,
    pub basis: Basis,
    pub base_amount: Option<Decimal>,
    pub amount: Decimal,
    pub currency: Rc<str>,
    pub occurred_at: Timestamp,
    pub payable_at: Timestamp,
    pub note: Option<Note>,
    pub reason: Option<String>,
    /// For a correction, what it corrects.
    pub corrects: Option<Edge>,
}

/// A correction of an accrual, as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Its line.
    pub id: i64,
    /// Reversal or adjustment.
    pub kind: Kind,
    /// What it adds, signed.
    pub amount: Decimal,
    /// What a reversal takes out of the event's own amount, as a negative number.
    pub base_amount: Option<Decimal>,
    /// The tier that an adjustment rates by.
    pub tier: Option<String>,
    /// The part of the event's amount given back, for a refund.
    pub refunded: Option<Decimal>,
    /// Whether nothing was left after it.
    pub in_full: bool,
    /// Why it was made, in words.
    pub reason: Option<String>,
}

/// An accrual as recorded, with its corrections in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The id of the accrual.
    pub id: i64,
    /// The accrual.
    pub line: Line,
    /// What came after.
    pub corrections: Vec<Correction>,
}

impl Recorded {
    /// What the line is worth now.
    pub fn net(&self) -> Decimal {
        self.line.amount + self.corrections.iter().map(|correction| correction.amount).sum::<Decimal>()
    }

    /// What was not taken back of the event's own amount; `None` for events without one.
    pub fn base_left(&self) -> Option<Decimal> {
        let taken: Decimal = self.reversals().filter_map(|reversal| reversal.base_amount).sum();
        self.line.base_amount.map(|base| base + taken)
    }

    /// How much of the event's own amount has been refunded.
    pub fn refunded(&self) -> Decimal {
        self.corrections.iter().filter_map(|correction| correction.refunded).sum()
    }

    /// Whether nothing is left.
    pub fn is_reversed_in_full(&self) -> bool {
        self.corrections.iter().any(|correction| correction.in_full)
    }

    /// The tier that the line is rated by now.
    pub fn tier(&self) -> Option<&str> {
        let latest = self.corrections.iter().rev().find(|correction| correction.kind == Kind::Adjustment);
        latest.map_or(&self.line.tier, |adjustment| &adjustment.tier).as_deref()
    }

    /// The share of the event that has not been reversed: of its own amount, or, if it has none, of the money.
    pub fn share_left(&self) -> Fraction {
        match (self.line.base_amount, self.base_left()) {
            (Some(base), Some(left)) if !base.is_zero() => share(left, base),
            _ => self.share_of_money_left(),
        }
    }

    fn share_of_money_left(&self) -> Fraction {
        let mut net = self.line.amount;
        let mut left = Fraction::one();
        for correction in &self.corrections {
            if correction.kind == Kind::Reversal && !net.is_zero() {
                left *= Fraction::one() + share(correction.amount, net);
            }
            net += correction.amount;
        }
        if self.is_reversed_in_full() { Fraction::zero() } else { left }
    }

    fn reversals(&self) -> impl Iterator<Item = &Correction> {
        self.corrections.iter().filter(|correction| correction.kind == Kind::Reversal)
    }
}
