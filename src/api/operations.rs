//! Mode, access and health.

use super::decode::{required, writes};
use crate::engine::{access, environment, health, queue, reconcile};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(sql = false)]
fn mode() -> &'static str {
    environment::mode().as_str()
}

#[pg_extern(sql = false)]
fn go_live() -> Result<(), ErrorReport> {
    writes("go_live")?;
    Ok(environment::go_live()?)
}

#[pg_extern(sql = false)]
fn go_mock() -> Result<(), ErrorReport> {
    writes("go_mock")?;
    environment::go_mock();
    Ok(())
}

#[pg_extern(sql = false)]
fn purge_mock() -> Result<i64, ErrorReport> {
    writes("purge_mock")?;
    Ok(environment::purge_mock())
}

#[pg_extern(sql = false)]
fn process_queue(batch: Option<i32>) -> Result<i64, ErrorReport> {
    writes("process_queue")?;
    Ok(queue::process(required("batch", batch)?)?)
}

#[pg_extern(sql = false)]
fn grant_access(grantee: Option<pg_sys::Oid>, level: Option<&str>) -> Result<(), ErrorReport> {
    writes("grant_access")?;
    Ok(access::grant(required("grantee", grantee)?, required("level", level)?)?)
}

#[pg_extern(sql = false)]
fn health() -> TableIterator<'static, (name!(check_name, String), name!(ok, bool), name!(detail, String))> {
    TableIterator::new(health::checks().into_iter().map(|check| (check.name.to_owned(), check.ok, check.detail)))
}

#[pg_extern(sql = false)]
fn reconcile() -> TableIterator<'static, (name!(problem, String), name!(subject, String), name!(detail, String))> {
    let rows = reconcile::findings().into_iter();
    TableIterator::new(rows.map(|found| (found.problem.to_owned(), found.subject, found.detail)))
}
