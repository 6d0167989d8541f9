//! Attaches users tables: checks the columns, puts the trigger on, and registers who is there already.

use super::attached_table::{self, check_column};
use super::codes::Issued;
use super::error::Error;
use super::register::{BATCH, BadInput, Registrar};
use super::{erase, records};
use crate::domain::attachment::Attachment;
use crate::domain::code::Code;
use crate::domain::column_type;
use crate::domain::sign_up::{MAX_PREFIX_BYTES, SignUp};
use crate::pg::{roles, snapshot};
use crate::store::attachment::{self, Table};
use crate::store::{access, ledger, participant, reconcile};
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
    attached_table::lock(oid)?;
    // Whoever wrote to the table without the trigger has ended by now. Those that a fixed snapshot does not see would be
    // missed, and what it shows of the catalogue may be no longer so.
    if snapshot::is_outdated() {
        return Err(Error::SnapshotOutdated);
    }
    let table = attached_table::describe_to_attach(oid)?;
    if roles::hides_rows(oid, table.owner) {
        return Err(Error::RowsHidden { table: table.qualified_name });
    }
    let attachment = checked(&table, request)?;
    roles::with_rights_of(access::owner(), || {
        let mut registrar = Registrar::new(&attachment.program, Some(oid), BadInput::Record)?;
        attachment::drop_trigger(&table);
        attachment::create_trigger(&table, &attachment);
        // Its name may have become another table's meanwhile: a schema can be renamed under the lock.
        if !attachment::is_attached(&table) {
            return Err(Error::NotAUsersTable { table: table.qualified_name.clone() });
        }
        if attachment.referred_by.is_none() {
            pgrx::notice!(
                "users of {} get codes and are not tied: no column of referral codes is read",
                table.qualified_name
            );
        }
        let registered = back_fill(&mut registrar, &table, &attachment)?;
        registrar.finish();
        let detail = json!({
            "table": table.qualified_name,
            "key": attachment.key,
            "key_prefix": attachment.key_prefix,
            "program": attachment.program,
            "referred_by": attachment.referred_by,
            "code": attachment.code,
            "label": attachment.label,
            "registered_at": attachment.registered_at,
            "registered": registered,
        });
        ledger::note(&records::entry("attached", None, None, detail));
        Ok(registered)
    })
}

/// Takes the triggers off a table, those of events as well. What was recorded stays.
pub fn detach(oid: Oid) -> Result<(), Error> {
    attached_table::lock(oid)?;
    // It may have become a partition, or have partitions of others, since it was attached.
    let table = attached_table::describe(oid)?;
    roles::with_rights_of(access::owner(), || {
        let was_source = attachment::drop_event_triggers(&table, None);
        // Somebody may have dropped the triggers by hand: from here on nobody misses them.
        let is_missed = || reconcile::once_attached().iter().any(|(missed, _)| *missed == oid);
        if attachment::drop_trigger(&table) || was_source || is_missed() {
            ledger::note(&records::entry("detached", None, None, json!({"table": table.qualified_name})));
        }
    });
    Ok(())
}

/// Which columns to read, checked.
fn checked(table: &Table, request: &Request) -> Result<Attachment, Error> {
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
    Ok(Attachment {
        key: key.to_owned(),
        key_prefix: request.key_prefix.to_owned(),
        program: request.program.to_owned(),
        referred_by: referred_by.map(str::to_owned),
        code: request.code.map(str::to_owned),
        label: request.label.map(str::to_owned),
        registered_at: request.registered_at.map(str::to_owned),
    })
}

fn back_fill(registrar: &mut Registrar, table: &Table, attachment: &Attachment) -> Result<i64, Error> {
    let mut codes = HashSet::new();
    attachment::for_each_row(table, attachment, BATCH, |rows| {
        codes.extend(missing(rows).iter().filter_map(|sign_up| Code::parse(sign_up.referred_by.as_deref()?)));
        Ok(())
    })?;
    registrar.lock_ahead(codes);
    let mut registered = 0;
    attachment::for_each_row(table, attachment, BATCH, |rows| {
        let results = registrar.register(&missing(rows))?;
        registered += results.iter().filter(|result| matches!(result, Ok(Issued::New { .. }))).count() as i64;
        Ok(())
    })?;
    Ok(registered)
}

/// Those who are no participants yet, but for those whom somebody has erased: their row is still there, and that is all.
fn missing(mut rows: Vec<SignUp>) -> Vec<SignUp> {
    let known = participant::by_keys(rows.iter().filter_map(|row| row.user_key.as_deref()).collect());
    rows.retain(|row| !row.user_key.as_ref().is_some_and(|key| known.contains_key(key)));
    let keys: Vec<String> = rows.iter().filter_map(|row| row.user_key.clone()).collect();
    let erased = erase::were_erased(keys.iter().map(String::as_str));
    rows.retain(|row| !row.user_key.as_deref().is_some_and(|key| erased.contains(key)));
    rows
}
