//! Arguments from SQL: what must not be NULL, and what must be in range.

use crate::domain::currency;
use crate::domain::plan_json::PlanError;
use crate::domain::timestamp::Timestamp;
use crate::engine::error::Error;
use crate::pg::jsonb::to_value;
use crate::pg::numeric::{NumberError, to_decimal};
use crate::pg::timestamp::from_raw;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::{AnyElement, AnyNumeric};
use rust_decimal::Decimal;
use serde_json::Value;
use std::ffi::CStr;

/// An argument that must not be NULL.
pub fn required<T>(name: &'static str, argument: Option<T>) -> Result<T, Error> {
    argument.ok_or(Error::NullArgument { name })
}

/// A point in time.
pub fn time(argument: TimestampWithTimeZone) -> Timestamp {
    from_raw(argument.into())
}

/// A number that must not be NULL and must fit.
pub fn number(name: &'static str, argument: Option<AnyNumeric>) -> Result<Decimal, Error> {
    let number = to_decimal(&required(name, argument)?).map_err(|problem| match problem {
        NumberError::NotFinite => Error::NumberNotFinite { name },
        NumberError::OutOfRange => Error::NumberOutOfRange { name },
    })?;
    if currency::is_storable(number) { Ok(number) } else { Err(Error::NumberOutOfRange { name }) }
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
