//! The report.

use super::decode::time;
use crate::engine::report;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(sql = false, name = "report")]
fn report(
    program: Option<&str>,
    since: Option<TimestampWithTimeZone>,
    until: Option<TimestampWithTimeZone>,
) -> Result<String, ErrorReport> {
    Ok(report::page(program, since.map(time), until.map(time))?)
}
