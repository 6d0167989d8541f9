//! Payouts: drafts them from the ledger, and leads them from state to state. No money moves.

use super::environment;
use super::error::Error;
use super::{programs, records};
use crate::domain::currency::{self, Currency};
use crate::domain::mode::Mode;
use crate::domain::payout::{Change, DRAFTED};
use crate::domain::timestamp::Timestamp;
use crate::store::{ledger, payout};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Drafts payouts of what is due; gives their ids.
pub fn draft(as_of: Timestamp, minimum: Decimal, program: Option<&str>) -> Result<Vec<i64>, Error> {
    if minimum < Decimal::ZERO {
        return Err(Error::NegativeNumber { name: "minimum" });
    }
    let program_id = program.map(programs::known).transpose()?.map(|program| program.id);
    if environment::mode() == Mode::Mock {
        pgrx::notice!("no payout is drafted: the mode is mock, and only live lines are paid");
        return Ok(Vec::new());
    }
    payout::lock_drafts();
    let drafted = payout::draft(as_of, minimum, program_id);
    let records: Vec<_> = drafted
        .iter()
        .map(|drafted| {
            let amount = currency::in_words(drafted.amount, &Currency::of_code(&drafted.currency));
            let detail = json!({"payout": drafted.id, "amount": amount, "lines": drafted.lines});
            records::of_payout(DRAFTED, drafted.payee_id, detail)
        })
        .collect();
    ledger::notes(&records);
    Ok(drafted.into_iter().map(|drafted| drafted.id).collect())
}

/// Leads a payout to its next state.
pub fn change(payout_id: i64, change: &Change) -> Result<(), Error> {
    if environment::mode() == Mode::Mock {
        return Err(Error::PayoutInMock);
    }
    let (state, payee_id) = payout::lock(payout_id).ok_or(Error::UnknownPayout { payout_id })?;
    if !change.from().contains(&state.as_str()) {
        return Err(Error::WrongPayoutState { payout_id, state, wanted: change.from() });
    }
    payout::change(payout_id, change);
    let facts = [
        ("payout", Some(Value::from(payout_id))),
        ("reference", change.reference().map(Value::from)),
        ("reason", change.reason().map(Value::from)),
    ];
    let detail = facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    ledger::note(&records::of_payout(change.action(), payee_id, Value::Object(detail)));
    Ok(())
}
