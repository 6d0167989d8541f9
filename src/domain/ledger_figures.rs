//! What the report reads of the ledger, as plain values: what lines come to, and a line as people are shown it.

use super::timestamp::Timestamp;
use rust_decimal::Decimal;
use std::ops::AddAssign;

/// Sums of lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Money {
    /// Accruals and adjustments.
    pub accrued: Decimal,
    /// Reversals, as a positive number.
    pub reversed: Decimal,
    /// Not payable yet, and in no payout.
    pub on_hold: Decimal,
    /// Payable, and in no payout.
    pub payable: Decimal,
    /// In a payout that is not paid yet.
    pub in_payout: Decimal,
    /// Paid.
    pub paid: Decimal,
}

impl Money {
    /// What all lines come to.
    pub fn net(&self) -> Decimal {
        self.accrued - self.reversed
    }

    /// What is still to be paid.
    pub fn balance(&self) -> Decimal {
        self.net() - self.paid
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        self.accrued += other.accrued;
        self.reversed += other.reversed;
        self.on_hold += other.on_hold;
        self.payable += other.payable;
        self.in_payout += other.in_payout;
        self.paid += other.paid;
    }
}

/// A line of the ledger, as the view commission_ledger has it.
pub struct Line {
    /// Its id.
    pub id: i64,
    /// When the event happened.
    pub occurred_at: Timestamp,
    /// accrual, reversal or adjustment.
    pub kind: String,
    /// The program that rated it.
    pub program: String,
    /// The referrer; `None` once erased.
    pub referrer: Option<String>,
    /// The referee; `None` once erased.
    pub referee: Option<String>,
    /// Whether it is for the referee.
    pub is_for_referee: bool,
    /// The tier whose rate was used.
    pub tier: Option<String>,
    /// Such as payment.
    pub event_kind: String,
    /// Which one of that kind.
    pub event_key: Option<String>,
    /// The event's own amount, as the view shows it.
    pub base_amount: Option<String>,
    /// What the line is worth, as the view shows it.
    pub amount: String,
    /// Currency of both.
    pub currency: String,
    /// on_hold, payable, in_payout, paid or reversed.
    pub status: String,
    /// End of the hold.
    pub payable_at: Timestamp,
}
