//! Why a line cannot be taken back, as the caller is told.

use crate::domain::currency::{Currency, in_words};
use crate::domain::reversal::Problem;
use crate::pg::report::Report;
use pgrx::prelude::PgSqlErrorCode as Code;

/// The report of a reversal that cannot be; amounts are in the currency of the line.
pub fn cannot_reverse(commission_id: i64, currency: &str, problem: Problem) -> Report {
    let invalid = |message: String| Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, message);
    match problem {
        Problem::ReversedInFull => Report::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("line {commission_id} is reversed already: nothing is left of it"),
        ),
        Problem::NotPositive => invalid("the amount to take back must be above zero".to_owned()),
        Problem::TooFine => invalid(format!("the amount to take back is finer than the smallest amount of {currency}")),
        Problem::TooMuch(left) => invalid(format!("more would be taken back of line {commission_id} than is left"))
            .detail(format!("{} are left.", in_words(left, &Currency::of_code(currency))))
            .hint("Leave the amount out to take back all that is left."),
        Problem::NoAmount => invalid(format!("the event of line {commission_id} has no amount to be refunded"))
            .hint("Leave refunded out to take back all that is left, or use referrals.reverse."),
    }
}
