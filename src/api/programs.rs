//! Programs and plans: define, pause, ask.

use super::decode::{number, optional_number, plan_value, required, time, writes};
use crate::engine::programs;
use crate::engine::simulate::{self, Comparison};
use crate::pg::numeric::to_sql;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{AnyElement, AnyNumeric, JsonB};

#[pg_extern(sql = false)]
fn define_program(
    name: Option<&str>,
    plan: Option<AnyElement>,
    effective_from: Option<TimestampWithTimeZone>,
) -> Result<i32, ErrorReport> {
    writes("define_program")?;
    Ok(programs::define(required("name", name)?, plan_value(plan)?, effective_from.map(time))?)
}

#[pg_extern(sql = false)]
fn program_plan(name: &str, at: TimestampWithTimeZone) -> Option<JsonB> {
    programs::plan_at(name, time(at))
}

#[pg_extern(sql = false)]
fn pause_program(name: Option<&str>) -> Result<(), ErrorReport> {
    writes("pause_program")?;
    Ok(programs::set_paused(required("name", name)?, true)?)
}

#[pg_extern(sql = false)]
fn resume_program(name: Option<&str>) -> Result<(), ErrorReport> {
    writes("resume_program")?;
    Ok(programs::set_paused(required("name", name)?, false)?)
}

#[pg_extern(sql = false)]
fn tier_of(user_key: &str, at: TimestampWithTimeZone) -> Result<Option<String>, ErrorReport> {
    Ok(programs::tier_of(user_key, time(at))?)
}

#[pg_extern(sql = false)]
fn quote(
    plan: Option<AnyElement>,
    event_kind: Option<&str>,
    volume: Option<AnyNumeric>,
    amount: Option<AnyNumeric>,
) -> Result<Option<AnyNumeric>, ErrorReport> {
    let amount = optional_number("amount", amount)?;
    let volume = number("volume", volume)?;
    let earned = programs::quote(&plan_value(plan)?, required("event_kind", event_kind)?, volume, amount)?;
    Ok(earned.map(to_sql))
}

#[pg_extern(sql = false)]
fn simulate(
    program: Option<&str>,
    plan: Option<AnyElement>,
    since: Option<TimestampWithTimeZone>,
    until: Option<TimestampWithTimeZone>,
) -> Result<
    TableIterator<'static, (name!(referrer, Option<String>), name!(actual, AnyNumeric), name!(simulated, AnyNumeric))>,
    ErrorReport,
> {
    let program = required("program", program)?;
    let (since, until) = (time(required("since", since)?), time(required("until", until)?));
    let comparisons = simulate::compare(program, &plan_value(plan)?, since, until)?;
    let row = |row: Comparison| (row.referrer, to_sql(row.actual), to_sql(row.simulated));
    Ok(TableIterator::new(comparisons.into_iter().map(row)))
}
