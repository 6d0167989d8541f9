//! Attaches users tables: checks the columns, puts the trigger on, and registers who is there already.

use super::codes::Issued;
use super::error::Error;
use super::records;
use super::register::{BATCH, BadInput, Registrar};
use crate::domain::code::Code;
use crate::domain::column_type;
use crate::domain::sign_up::MAX_PREFIX_BYTES;
use crate::pg::{roles, snapshot};
use crate::store::attachment::{self, Mapping, Table};
use crate::store::{access, ledger};
use pgrx::pg_sys::Oid;
use serde_json::json;
use std::collections::HashSet;

/// What attach was asked for; names as given, unquoted.
pub struct Request<'a> {
    /// The column that identifies a user; `None` for the primary key.
    pub key: Option<&'a str>,
    /// The column with the code that a user signed up with. May be missing if it is the default.
    pub referred_by: Option<&'a str>,
    /// The program that users join as referrers.
    pub program: &'a str,
    /// The column with the code that a user wants.
    pub code: Option<&'a str>,
    /// The column to make memorable codes from.
    pub label: Option<&'a str>,
    /// The column with the time of the sign-up.
    pub registered_at: Option<&'a str>,
    /// Put before the keys of this table.
    pub key_prefix: &'a str,
}

/// The column that referral codes are looked for in when none is named.
pub const DEFAULT_REFERRED_BY: &str = "referred_by";

/// Puts the trigger on a table and registers the users there; gives how many were registered.
///
/// Runs with the caller's rights until it is certain that the caller may do this, then with the extension's.
pub fn attach(oid: Oid, request: &Request) -> Result<i64, Error> {
    if snapshot::is_fixed() {
        return Err(Error::AttachNeedsFreshSnapshot);
    }
    let table = users_table(oid)?;
    let mapping = mapping(&table, request)?;
    roles::with_rights_of(access::owner(), || {
        let mut registrar = Registrar::new(request.program, Some(oid), BadInput::Record)?;
        attachment::create_trigger(&table, &arguments(&mapping, request.program));
        if mapping.referred_by.is_empty() {
            pgrx::notice!(
                "users of {} get codes and are not tied: no column of referral codes is read",
                table.qualified_name
            );
        }
        let registered = back_fill(&mut registrar, &table, &mapping)?;
        registrar.finish();
        let column = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        let detail = json!({
            "table": table.qualified_name,
            "key": mapping.key,
            "referred_by": column(mapping.referred_by),
            "program": request.program,
            "code": column(mapping.code),
            "label": column(mapping.label),
            "registered_at": column(mapping.registered_at),
            "key_prefix": mapping.key_prefix,
            "registered": registered,
        });
        ledger::append(&[records::fact("attached", None, None, detail)]);
        Ok(registered)
    })
}

/// Takes the trigger off a table. What was registered stays.
pub fn detach(oid: Oid) -> Result<(), Error> {
    let table = users_table(oid)?;
    roles::with_rights_of(access::owner(), || {
        if attachment::drop_trigger(oid, &table) {
            ledger::append(&[records::fact("detached", None, None, json!({"table": table.qualified_name}))]);
        }
    });
    Ok(())
}

/// Which columns to read, checked.
fn mapping<'a>(table: &'a Table, request: &Request<'a>) -> Result<Mapping<'a>, Error> {
    let key = match (request.key, table.primary_key.as_slice()) {
        (Some(key), _) => key,
        (None, [key]) => key,
        (None, _) => return Err(Error::NoSingleKey { table: table.qualified_name.clone() }),
    };
    if request.key_prefix.len() > MAX_PREFIX_BYTES {
        return Err(Error::PrefixTooLong { bytes: request.key_prefix.len() });
    }
    let is_there = |name: &str| table.columns.iter().any(|column| column.name == name);
    // The default may be absent: such a table issues codes and makes no ties.
    let referred_by = request.referred_by.filter(|name| *name != DEFAULT_REFERRED_BY || is_there(name));
    for (column, purpose) in
        [(Some(key), "key"), (referred_by, "referred_by"), (request.code, "code"), (request.label, "label")]
    {
        check_column(table, column, purpose, column_type::has_stable_text)?;
    }
    check_column(table, request.registered_at, "registered_at", |name, _| column_type::is_time(name))?;
    Ok(Mapping {
        key,
        key_prefix: request.key_prefix,
        referred_by: referred_by.unwrap_or_default(),
        code: request.code.unwrap_or_default(),
        label: request.label.unwrap_or_default(),
        registered_at: request.registered_at.unwrap_or_default(),
    })
}

fn users_table(oid: Oid) -> Result<Table, Error> {
    let table =
        attachment::describe(oid).ok_or_else(|| Error::NotAUsersTable { table: format!("{}", oid.to_u32()) })?;
    if !roles::may_attach(oid) {
        return Err(Error::MayNotAttach { table: table.qualified_name });
    }
    let is_table = ['r', 'p'].contains(&table.kind) && !table.is_partition;
    if !is_table || table.qualified_name.starts_with("referrals.") {
        return Err(Error::NotAUsersTable { table: table.qualified_name });
    }
    Ok(table)
}

fn check_column(
    table: &Table,
    name: Option<&str>,
    purpose: &'static str,
    suits: impl Fn(&str, char) -> bool,
) -> Result<(), Error> {
    let Some(name) = name else { return Ok(()) };
    let (table_name, column) = (table.qualified_name.clone(), name.to_owned());
    match table.columns.iter().find(|column| column.name == name) {
        None => Err(Error::UnknownColumn { table: table_name, column }),
        Some(found) if found.is_virtual => Err(Error::VirtualColumn { table: table_name, column }),
        Some(found) if !suits(&found.type_name, found.type_category) => {
            Err(Error::UnsuitableColumn { table: table_name, column, type_name: found.type_label.clone(), purpose })
        }
        Some(_) => Ok(()),
    }
}

/// What the trigger is told, in the order in which it and the view attachments read it.
fn arguments(mapping: &Mapping, program: &str) -> Vec<String> {
    [mapping.key, mapping.referred_by, program, mapping.code, mapping.label, mapping.registered_at, mapping.key_prefix]
        .map(str::to_owned)
        .to_vec()
}

fn back_fill(registrar: &mut Registrar, table: &Table, mapping: &Mapping) -> Result<i64, Error> {
    let mut codes = HashSet::new();
    attachment::for_each_missing(table, mapping, BATCH, |sign_ups| {
        codes.extend(sign_ups.iter().filter_map(|sign_up| Code::parse(sign_up.referred_by.as_deref()?)));
        Ok(())
    })?;
    registrar.lock_ahead(codes);
    let mut registered = 0;
    attachment::for_each_missing(table, mapping, BATCH, |sign_ups| {
        registered +=
            registrar.register(&sign_ups)?.iter().filter(|result| matches!(result, Ok(Issued::New { .. }))).count()
                as i64;
        Ok(())
    })?;
    Ok(registered)
}
