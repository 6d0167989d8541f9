//! Volume and limits: what counts towards a referrer's tier and bounds, and how each entry of the record moves it.

use super::eligibility::TieState;
use super::plan::{Metric, Plan};
use super::timestamp::Timestamp;
use super::window::Window;
use rust_decimal::Decimal;
use std::rc::Rc;

/// What a plan's volume counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Ties, events or amounts.
    pub metric: Metric,
    /// Whether reversals take something out.
    pub lowered_by_reversals: bool,
    /// Amounts in this currency alone.
    pub currency: Rc<str>,
}

/// What one entry of the record adds to a referrer's volume and limits in the windows that hold its time. Reversals
/// subtract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The time of the tie or event.
    pub at: Timestamp,
    /// Ties.
    pub ties: i32,
    /// Eligible events.
    pub events: i32,
    /// The event's own amount.
    pub revenue: Decimal,
    /// Accruals above zero.
    pub commissions: i32,
    /// What the line is worth.
    pub amount: Decimal,
    /// Currency of both amounts.
    pub currency: Rc<str>,
    /// Whether this takes back an earlier entry.
    pub is_reversal: bool,
}

impl Fact {
    /// Nothing yet.
    pub fn at(at: Timestamp, currency: &Rc<str>) -> Fact {
        Fact {
            at,
            ties: 0,
            events: 0,
            revenue: Decimal::ZERO,
            commissions: 0,
            amount: Decimal::ZERO,
            currency: Rc::clone(currency),
            is_reversal: false,
        }
    }
}

impl Measure {
    /// What a fact adds.
    pub fn of(&self, fact: &Fact) -> Decimal {
        if fact.is_reversal && !self.lowered_by_reversals {
            return Decimal::ZERO;
        }
        match self.metric {
            Metric::Referrals => fact.ties.into(),
            Metric::Events => fact.events.into(),
            Metric::Revenue if fact.currency == self.currency => fact.revenue,
            Metric::Revenue => Decimal::ZERO,
        }
    }
}

/// How much of its limits a referrer has used in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Accruals above zero that are not reversed in full, in any currency.
    pub commissions: i64,
    /// All lines in one currency, corrections included.
    pub amount: Decimal,
}

impl Usage {
    /// The usage with one more fact.
    pub fn with(self, fact: &Fact, currency: &str) -> Usage {
        Usage {
            commissions: self.commissions + i64::from(fact.commissions),
            amount: if *fact.currency == *currency { self.amount + fact.amount } else { self.amount },
        }
    }
}

/// The volume before and after an event, by which it is rated; `stored` is what the record holds.
pub fn volume_around(plan: &Plan, tie: TieState, amount: Option<Decimal>, stored: Decimal) -> (Decimal, Decimal) {
    let amount = amount.unwrap_or_default();
    if plan.window == Window::Event {
        return (Decimal::ZERO, if plan.metric == Metric::Revenue { amount } else { Decimal::ONE });
    }
    let (counted, own) = match (plan.metric, tie) {
        (Metric::Referrals, TieState::New) => (Decimal::ZERO, Decimal::ONE),
        (Metric::Referrals, TieState::Counted) => (Decimal::ONE, Decimal::ONE),
        (Metric::Referrals, TieState::Apart) => (Decimal::ZERO, Decimal::ZERO),
        (Metric::Events, _) => (Decimal::ZERO, Decimal::ONE),
        (Metric::Revenue, _) => (Decimal::ZERO, amount),
    };
    (stored - counted, stored - counted + own)
}
