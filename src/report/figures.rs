//! What a report is about, as plain values. Every amount is exact, in the currency of the group that it stands in.

use super::series::Series;
use crate::domain::currency::Currency;
use crate::domain::ledger_figures::{Line, Money};
use crate::domain::mode::Mode;
use crate::domain::plan::Metric;
use crate::domain::timestamp::Timestamp;
use crate::domain::window::Window;
use rust_decimal::Decimal;

/// Everything on one page.
pub struct Report {
    /// When the statement's transaction began: what is on hold, and where people stand, is as of then.
    pub made_at: Timestamp,
    /// The name of the database.
    pub database: String,
    /// The version of the extension.
    pub version: &'static str,
    /// The mode of what is recorded now.
    pub mode: Mode,
    /// Why live, though it was chosen, does not hold here.
    pub why_not_live: Option<String>,
    /// The one program that the report is about.
    pub program: Option<String>,
    /// Events from this time on.
    pub since: Timestamp,
    /// Events before this time.
    pub until: Timestamp,
    /// Whether there is any program at all.
    pub has_programs: bool,
    /// Live before mock; only those of which there is something to show.
    pub parts: Vec<Part>,
}

impl Report {
    /// Whether a time was given.
    pub fn is_bounded(&self) -> bool {
        self.since != Timestamp::NEG_INFINITY || self.until != Timestamp::INFINITY
    }
}

/// What there is of one mode.
pub struct Part {
    /// Live or mock.
    pub mode: Mode,
    /// People who were brought.
    pub referrals: i64,
    /// People who brought somebody.
    pub referrers: i64,
    /// Lines of the ledger.
    pub lines: i64,
    /// Those with most lines first.
    pub currencies: Vec<InCurrency>,
    /// How many currencies are left out.
    pub more_currencies: usize,
    /// The newest lines, newest first.
    pub newest: Vec<Line>,
    /// Each program's ladder, those with most referrers first.
    pub ladders: Vec<Ladder>,
    /// How many ladders are left out.
    pub more_ladders: usize,
}

/// What there is in one currency. Nothing is added up across currencies.
pub struct InCurrency {
    /// Its code, and with how many decimals it is shown.
    pub currency: Currency,
    /// Lines of the ledger.
    pub lines: i64,
    /// The sums of all lines.
    pub money: Money,
    /// The same by kind of event and of line.
    pub kinds: Vec<OfKind>,
    /// How many kinds are left out.
    pub more_kinds: usize,
    /// Accrued, and reversed (negative), by the time of the event.
    pub accruals: Series,
    /// Payable, and on hold, by the end of the hold.
    pub due: Series,
    /// Those who earned most, first.
    pub top: Vec<Earner>,
    /// How many earned anything, or brought somebody under a plan in this currency.
    pub earners: i64,
}

/// Lines of one kind, from events of one kind.
pub struct OfKind {
    /// Such as payment.
    pub event_kind: String,
    /// accrual, reversal or adjustment.
    pub kind: String,
    /// How many.
    pub lines: i64,
    /// The sum of their amounts.
    pub amount: Decimal,
}

/// Somebody who earned, or brought somebody.
pub struct Earner {
    /// The user_key; `None` once erased.
    pub user_key: Option<String>,
    /// The person's code.
    pub code: String,
    /// The program that the person is in.
    pub program: String,
    /// The tier in the current window.
    pub tier: Option<String>,
    /// How many people they brought.
    pub referrals: i64,
    /// The volume in the current window.
    pub volume: Option<Decimal>,
    /// What that earned.
    pub money: Money,
    /// When the latest came.
    pub last_referral_at: Option<Timestamp>,
}

/// A program's tiers, and who is where.
pub struct Ladder {
    /// The program.
    pub program: String,
    /// What the volume counts.
    pub metric: Metric,
    /// Over which time.
    pub window: Window,
    /// What the program pays in, which revenue is counted in as well.
    pub currency: String,
    /// Referrers below the first tier.
    pub below: i64,
    /// The tiers, lowest first.
    pub rungs: Vec<Rung>,
    /// Those whose volume is greatest.
    pub furthest: Vec<Climber>,
    /// Those who are nearest to their next tier.
    pub nearest: Vec<Climber>,
}

impl Ladder {
    /// How many referrers are on it, or below.
    pub fn referrers(&self) -> i64 {
        self.below + self.rungs.iter().map(|rung| rung.referrers).sum::<i64>()
    }
}

/// A tier.
pub struct Rung {
    /// Its name.
    pub name: String,
    /// The volume at which it begins.
    pub from: Decimal,
    /// How many are at it now.
    pub referrers: i64,
}

/// A referrer on a ladder.
#[derive(Clone)]
pub struct Climber {
    /// The user_key; `None` once erased.
    pub user_key: Option<String>,
    /// The volume in the current window.
    pub volume: Decimal,
    /// The tier reached.
    pub tier: Option<String>,
    /// The tier not reached yet, and where it begins; `None` at the top.
    pub next: Option<(String, Decimal)>,
    /// The part of the way to it that is done, 0 to 1.
    pub done: Decimal,
}
