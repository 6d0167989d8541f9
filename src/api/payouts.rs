//! Payouts: draft them, and lead them from state to state.

use super::decode::{number, required, text, time, writes};
use crate::domain::payout::Change;
use crate::engine::payouts;
use pgrx::AnyNumeric;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::iter::SetOfIterator;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(sql = false)]
fn draft_payouts(
    as_of: Option<TimestampWithTimeZone>,
    minimum: Option<AnyNumeric>,
    program: Option<&str>,
) -> Result<SetOfIterator<'static, i64>, ErrorReport> {
    writes("draft_payouts")?;
    let as_of = time(required("as_of", as_of)?);
    Ok(SetOfIterator::new(payouts::draft(as_of, number("minimum", minimum)?, program)?))
}

#[pg_extern(sql = false)]
fn approve_payout(payout: Option<i64>) -> Result<(), ErrorReport> {
    writes("approve_payout")?;
    Ok(payouts::change(required("payout", payout)?, &Change::Approve)?)
}

#[pg_extern(sql = false)]
fn cancel_payout(payout: Option<i64>) -> Result<(), ErrorReport> {
    writes("cancel_payout")?;
    Ok(payouts::change(required("payout", payout)?, &Change::Cancel)?)
}

#[pg_extern(sql = false)]
fn settle_payout(payout: Option<i64>, reference: Option<&str>) -> Result<(), ErrorReport> {
    writes("settle_payout")?;
    let reference = text("reference", reference)?.to_owned();
    Ok(payouts::change(required("payout", payout)?, &Change::Settle(reference))?)
}

#[pg_extern(sql = false)]
fn fail_payout(payout: Option<i64>, reason: Option<&str>) -> Result<(), ErrorReport> {
    writes("fail_payout")?;
    let reason = text("reason", reason)?.to_owned();
    Ok(payouts::change(required("payout", payout)?, &Change::Fail(reason))?)
}
