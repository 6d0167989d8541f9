//! Events: accrue them, take back what they earned, explain a line.

use super::decode::{event_time, finite, identifier, optional_number, required, text, writes};
use crate::domain::eligibility::Amount;
use crate::domain::event::Event;
use crate::domain::event_source::EventSource;
use crate::domain::plan::SIGN_UP;
use crate::domain::reversal::Take;
use crate::domain::sign_up::{self, KeyProblem};
use crate::engine::error::Error;
use crate::engine::{accrue, attach_events, explain, reverse};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{AnyNumeric, iter::SetOfIterator};
use rust_decimal::Decimal;
use std::ffi::CStr;

#[pg_extern(sql = false, name = "accrue")]
fn accrue_event(
    event_kind: Option<&str>,
    event_key: Option<&str>,
    referee: Option<&str>,
    amount: Option<AnyNumeric>,
    currency: Option<&str>,
    occurred_at: Option<TimestampWithTimeZone>,
) -> Result<Option<i64>, ErrorReport> {
    writes("accrue")?;
    let kind = self::event_kind("event_kind", event_kind)?;
    let key = key(event_key)?;
    let referee = required("referee", referee)?;
    let amount = optional_number("amount", amount)?;
    if kind == SIGN_UP {
        if key != referee {
            return Err(Error::SignUpKey.into());
        }
        if amount.is_some() || currency.is_some_and(|given| !given.trim().is_empty()) {
            return Err(Error::SignUpAmount.into());
        }
        return Ok(accrue::sign_up(referee)?);
    }
    let event = Event {
        key: Some(key.to_owned()),
        referee: Some(referee.to_owned()),
        amount: amount.map_or(Amount::Absent, Amount::Given),
        currency: currency.map(str::to_owned),
        at: event_time(occurred_at)?,
    };
    Ok(accrue::one(kind, event)?)
}

#[pg_extern(sql = false, name = "reverse")]
fn reverse_line(commission: Option<i64>, reason: Option<&str>, amount: Option<AnyNumeric>) -> Result<i64, ErrorReport> {
    writes("reverse")?;
    let commission = required("commission", commission)?;
    let reason = text("reason", reason)?;
    let amount = amount.map(|amount| finite("amount", Some(amount))).transpose()?;
    Ok(reverse::line(commission, amount.map_or(Take::Rest, Take::Amount), reason)?)
}

#[pg_extern(sql = false)]
fn reverse_event(
    event_kind: Option<&str>,
    event_key: Option<&str>,
    reason: Option<&str>,
    refunded: Option<AnyNumeric>,
) -> Result<SetOfIterator<'static, i64>, ErrorReport> {
    writes("reverse_event")?;
    let (kind, key) = (self::event_kind("event_kind", event_kind)?, key(event_key)?);
    let reason = text("reason", reason)?;
    let refunded = optional_number("refunded", refunded)?;
    if refunded.is_some_and(|refunded| refunded <= Decimal::ZERO) {
        return Err(Error::NotPositive { name: "refunded" }.into());
    }
    let take = refunded.map_or(Take::Rest, Take::Refund);
    Ok(SetOfIterator::new(reverse::events(kind, &[key.to_owned()], take, reason)?))
}

#[pg_extern(sql = false)]
fn explain_line(commission: i64) -> Result<String, ErrorReport> {
    Ok(explain::line(commission)?)
}

#[pg_extern(sql = false)]
#[expect(clippy::too_many_arguments, reason = "the signature of DESIGN 2")]
fn attach_events(
    source: Option<pg_sys::Oid>,
    kind: Option<&str>,
    key: Option<&CStr>,
    referee: Option<&CStr>,
    amount: Option<&CStr>,
    currency: Option<&CStr>,
    occurred_at: Option<&CStr>,
    accrue_when: Option<&str>,
    reverse_when: Option<&str>,
) -> Result<(), ErrorReport> {
    writes("attach_events")?;
    let table = required("source", source)?;
    let name = |argument| identifier(argument).map(str::to_owned);
    let source = EventSource {
        kind: event_kind("kind", kind)?.to_owned(),
        key: required("key", name(key))?,
        referee: required("referee", name(referee))?,
        amount: name(amount),
        currency: name(currency),
        occurred_at: name(occurred_at),
        accrue_when: accrue_when.map(str::to_owned),
        reverse_when: reverse_when.map(str::to_owned),
    };
    Ok(attach_events::attach(table, &source)?)
}

/// A kind of event.
fn event_kind<'a>(name: &'static str, argument: Option<&'a str>) -> Result<&'a str, Error> {
    let kind = required(name, argument)?;
    match crate::domain::name::problem(kind) {
        None => Ok(kind),
        Some(problem) => Err(Error::InvalidEventKind { given: kind.chars().take(80).collect(), problem }),
    }
}

/// The key of an event.
fn key(argument: Option<&str>) -> Result<&str, Error> {
    let key = required("event_key", argument)?;
    sign_up::check_key(Some(key)).map_err(|problem| match problem {
        KeyProblem::Missing => Error::EmptyEventKey,
        KeyProblem::TooLong => Error::EventKeyTooLong { bytes: key.len() },
    })
}
