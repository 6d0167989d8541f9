//! Calls from SQL: whether they may write, which arguments must not be NULL, and what must be in range.

use crate::domain::currency;
use crate::domain::plan_json::PlanError;
use crate::domain::timestamp::Timestamp;
use crate::engine::error::Error;
use crate::engine::receiving;
use crate::pg::jsonb::to_value;
use crate::pg::numeric::{NumberError, to_decimal};
use crate::pg::read_only;
use crate::pg::timestamp::{from_raw, now};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::{AnyElement, AnyNumeric};
use rust_decimal::Decimal;
use serde_json::Value;
use std::ffi::CStr;

/// Comes first in every function that writes, so that on a standby, and where the record of another database is received,
/// it is refused for what it is, whatever its arguments.
pub fn writes(function: &'static str) -> Result<(), Error> {
    match read_only::is_read_only() {
        true => Err(Error::ReadOnly { function, on_standby: read_only::is_standby() }),
        false => receiving::refuse(format!("referrals.{function}()")),
    }
}

/// An argument that must not be NULL.
pub fn required<T>(name: &'static str, argument: Option<T>) -> Result<T, Error> {
    argument.ok_or(Error::NullArgument { name })
}

/// A point in time.
pub fn time(argument: TimestampWithTimeZone) -> Timestamp {
    from_raw(argument.into())
}

/// When an event happened; `None` if the caller leaves it open, which now() does as well: it is the default.
pub fn event_time(argument: Option<TimestampWithTimeZone>) -> Result<Option<Timestamp>, Error> {
    match argument.map(time).filter(|at| *at != now()) {
        Some(at) if !at.is_usable() => Err(Error::TimeOutOfRange { name: "occurred_at", given: at.to_string() }),
        at => Ok(at),
    }
}

/// A text that must not be NULL or blank.
pub fn text<'a>(name: &'static str, argument: Option<&'a str>) -> Result<&'a str, Error> {
    let given = required(name, argument)?;
    if given.trim().is_empty() { Err(Error::BlankText { name }) } else { Ok(given) }
}

/// A finite number that must not be NULL.
pub fn finite(name: &'static str, argument: Option<AnyNumeric>) -> Result<Decimal, Error> {
    to_decimal(required(name, argument)?).map_err(|problem| match problem {
        NumberError::NotFinite => Error::NumberNotFinite { name },
        NumberError::OutOfRange => Error::NumberOutOfRange { name },
    })
}

/// A number that must not be NULL and must fit the ledger.
pub fn number(name: &'static str, argument: Option<AnyNumeric>) -> Result<Decimal, Error> {
    let number = finite(name, argument)?;
    if currency::is_storable(number) { Ok(number) } else { Err(Error::NumberOutOfRange { name }) }
}

/// A number that may be NULL, and else must fit the ledger.
pub fn optional_number(name: &'static str, argument: Option<AnyNumeric>) -> Result<Option<Decimal>, Error> {
    argument.map(|given| number(name, Some(given))).transpose()
}

/// The name of a column.
pub fn identifier(argument: Option<&CStr>) -> Option<&str> {
    argument.map(|name| name.to_str().expect("the database is UTF8"))
}

/// A plan, as JSON not yet checked.
pub fn plan_value(argument: Option<AnyElement>) -> Result<Value, Error> {
    let problem = |problem| Error::InvalidPlan(PlanError { path: "$".to_owned(), problem });
    to_value(required("plan", argument)?).map_err(problem)
}
