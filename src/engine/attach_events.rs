//! Attaches sources of events: checks columns and conditions, and puts the triggers on.

use super::attached_table::{self, check_column};
use super::error::Error;
use super::records;
use crate::domain::column_type;
use crate::domain::event_source::EventSource;
use crate::domain::plan::SIGN_UP;
use crate::pg::{condition, roles};
use crate::store::attachment;
use crate::store::{access, ledger};
use pgrx::pg_sys::Oid;
use serde_json::json;

/// Puts the triggers of a source on a table, instead of those that the same kind had there.
///
/// Runs with the caller's rights until it is certain that the caller may do this, then with the extension's.
pub fn attach(oid: Oid, source: &EventSource) -> Result<(), Error> {
    if source.kind == SIGN_UP {
        return Err(Error::NoEventKind);
    }
    attached_table::lock(oid)?;
    let table = attached_table::describe_to_attach(oid)?;
    for (column, purpose) in [
        (Some(source.key.as_str()), "key"),
        (Some(source.referee.as_str()), "referee"),
        (source.currency.as_deref(), "currency"),
    ] {
        check_column(&table, column, purpose, column_type::has_stable_text)?;
    }
    check_column(&table, source.amount.as_deref(), "amount", |name, _| column_type::is_number(name))?;
    check_column(&table, source.occurred_at.as_deref(), "occurred_at", |name, _| column_type::is_time(name))?;
    for (name, text) in [("accrue_when", &source.accrue_when), ("reverse_when", &source.reverse_when)] {
        let Some(text) = text else { continue };
        // Reading a condition may run functions, and later it will be read as the owner.
        let read = roles::confined_to(table.owner, || condition::check(text, oid));
        read.map_err(|problem| Error::UnsuitableCondition { name, problem: problem.to_owned() })?;
    }
    roles::with_rights_of(access::owner(), || {
        attachment::drop_event_triggers(&table, Some(&source.kind));
        attachment::create_event_triggers(&table, source);
        // Its name may have become another table's meanwhile: a schema can be renamed under the lock.
        if attachment::event_trigger_names(&table, Some(&source.kind)).is_empty() {
            return Err(Error::NotAUsersTable { table: table.qualified_name.clone() });
        }
        let detail = json!({
            "table": table.qualified_name,
            "kind": source.kind,
            "key": source.key,
            "referee": source.referee,
            "amount": source.amount,
            "currency": source.currency,
            "occurred_at": source.occurred_at,
            "accrue_when": source.accrue_when,
            "reverse_when": source.reverse_when,
        });
        ledger::note(&records::entry("events_attached", None, None, detail));
        Ok(())
    })
}

/// Records that the events of a statement were not accrued, since something that attach_events was given is gone or
/// cannot be used any more. The application's statement must not fail for it.
pub fn skip_statement(table: Oid, reason: &'static str, what: &str) {
    let name = attachment::name(table);
    pgrx::warning!(
        "events of {} are not accrued ({reason}): {what}; call referrals.attach_events again",
        name.as_deref().unwrap_or("the table")
    );
    ledger::note(&records::skipped_statement(reason, what, name));
}

/// Records events that were neither accrued nor reversed, since a condition raised an error on their rows: their keys, and
/// the first that was raised.
pub fn skip_rows(table: Oid, kind: &str, keys: &[Option<String>], problem: &str) {
    let name = attachment::name(table);
    pgrx::warning!(
        "{} of {} not accrued (condition_failed): {problem}",
        if keys.len() == 1 { "1 event".to_owned() } else { format!("{} events", keys.len()) },
        name.as_deref().unwrap_or("the table")
    );
    let skipped = keys.iter().map(|key| records::skipped_row(kind, key.as_deref(), name.as_deref()));
    ledger::notes(&skipped.collect::<Vec<_>>());
}
