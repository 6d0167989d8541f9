//! Trust: seal the record, verify it, and erase a person.

use super::decode::{required, writes};
use crate::engine::{erase, seal, verify};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(sql = false, name = "seal")]
fn seal_record()
-> Result<TableIterator<'static, (name!(block, i64), name!(root, String), name!(rows, i64))>, ErrorReport> {
    writes("seal")?;
    Ok(TableIterator::new(seal::seal()?.into_iter().map(|sealed| (sealed.block, sealed.root, sealed.rows))))
}

#[pg_extern(sql = false, name = "verify")]
fn verify_record(digest: Option<&str>) -> TableIterator<'static, (name!(problem, String), name!(detail, String))> {
    let problems = verify::problems(digest);
    TableIterator::new(problems.into_iter().map(|found| (found.problem.to_owned(), found.detail)))
}

#[pg_extern(sql = false, name = "erase")]
fn erase_person(user_key: Option<&str>) -> Result<(), ErrorReport> {
    writes("erase")?;
    Ok(erase::erase(required("user_key", user_key)?)?)
}
