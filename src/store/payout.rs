//! Payouts and their lines.

use super::statement::{Statement, all, first, required};
use crate::domain::payout::Change;
use crate::domain::timestamp::Timestamp;
use crate::pg::numeric::Numeric;
use rust_decimal::Decimal;

/// A payout that was drafted.
pub struct Drafted {
    /// Its id.
    pub id: i64,
    /// Who is to be paid.
    pub payee_id: i64,
    /// Currency of the amount.
    pub currency: String,
    /// The sum of its lines.
    pub amount: Decimal,
    /// How many lines.
    pub lines: i64,
}

/// Keeps other drafts out until the end of the transaction, so that no line is seen to be free by two of them.
pub fn lock_drafts() {
    static LOCK: Statement = Statement("LOCK TABLE referrals.payout_line IN SHARE ROW EXCLUSIVE MODE");
    LOCK.write(&[], |_| ());
}

/// Drafts payouts of the lines due at a time, for everybody whose lines add up to the minimum.
pub fn draft(as_of: Timestamp, minimum: Decimal, program_id: Option<i32>) -> Vec<Drafted> {
    static DRAFT: Statement = Statement(include_str!("sql/draft_payouts.sql"));
    DRAFT.write(&[as_of.into(), Numeric(minimum).into(), program_id.into()], |rows| {
        all(rows, |row| Drafted {
            id: required(row, 1),
            payee_id: required(row, 2),
            currency: required(row, 3),
            amount: required::<Numeric>(row, 4).0,
            lines: required(row, 5),
        })
    })
}

/// Locks a payout; gives its state and who is to be paid.
pub fn lock(payout_id: i64) -> Option<(String, i64)> {
    static LOCK: Statement =
        Statement("SELECT state, payee_id FROM referrals.payout WHERE payout_id = $1 FOR NO KEY UPDATE");
    LOCK.write(&[payout_id.into()], |rows| first(rows, |row| (required(row, 1), required(row, 2))))
}

/// Changes the state of a payout that the caller has locked, and lets go of its lines if that is what follows.
pub fn change(payout_id: i64, change: &Change) {
    static CHANGE: Statement =
        Statement("UPDATE referrals.payout SET state = $2, reference = $3, reason = $4 WHERE payout_id = $1");
    static RELEASE: Statement = Statement("UPDATE referrals.payout_line SET released = true WHERE payout_id = $1");
    CHANGE.write(&[payout_id.into(), change.to().into(), change.reference().into(), change.reason().into()], |_| ());
    if change.releases() {
        RELEASE.write(&[payout_id.into()], |_| ());
    }
}
