//! The trigger on a users table: registers who was inserted.

use super::protocol::{fired, require, writes};
use super::transition_table::{Column, TransitionTable};
use crate::domain::attachment::Attachment;
use crate::domain::code::Code;
use crate::domain::sign_up::{SignUp, prefixed_key};
use crate::engine::register::{self, BATCH, BadInput, Registrar};
use crate::pg::report::raise;
use crate::pg::value::Value;
use pgrx::prelude::*;
use std::collections::HashSet;

/// Registers the new rows of a statement, in their order.
#[pg_extern(sql = false)]
fn on_sign_up(call: pg_sys::FunctionCallInfo) {
    // SAFETY: it is this very call.
    let trigger = unsafe { fired(call, "referrals._on_sign_up") };
    let event = trigger.event();
    let as_meant = event.fired_after()
        && event.fired_for_statement()
        && event.fired_by_insert()
        && !trigger.trigger_data().tg_newtable.is_null();
    require(as_meant, "referrals._on_sign_up", "AFTER INSERT, REFERENCING NEW TABLE, FOR EACH STATEMENT");
    writes("the trigger on sign-ups");
    let arguments = trigger.extra_args().unwrap_or_default();
    let Some(attachment) = Attachment::from_arguments(&arguments) else {
        require(false, "referrals._on_sign_up", "with the arguments that attach gives it");
        return;
    };
    // SAFETY: the data is that of this very call.
    let rows = unsafe { TransitionTable::new_rows(trigger.trigger_data()) };
    // SAFETY: Postgres fires the trigger with the relation open.
    let table = unsafe { (*trigger.trigger_data().tg_relation).rd_id };
    let result = match Columns::find(&rows, &attachment) {
        _ if rows.len() == 0 => Ok(()),
        Ok(columns) => register_all(&rows, &columns, &attachment, table),
        Err(missing) => {
            register::skip_statement(table, missing);
            Ok(())
        }
    };
    rows.close();
    if let Err(error) = result {
        raise(error);
    }
}

fn register_all(
    rows: &TransitionTable,
    columns: &Columns,
    attachment: &Attachment,
    table: pg_sys::Oid,
) -> Result<(), crate::engine::error::Error> {
    let mut registrar = Registrar::new(&attachment.program, Some(table), BadInput::Record)?;
    if rows.len() > BATCH
        && let Some(column) = columns.referred_by
    {
        let mut codes = HashSet::new();
        while rows.advance() {
            codes.extend(rows.value(column).and_then(|value| Code::parse(&value.text())));
        }
        registrar.lock_ahead(codes);
        rows.rewind();
    }
    let mut batch = Vec::with_capacity(rows.len().min(BATCH));
    while rows.advance() {
        batch.push(columns.sign_up(rows, &attachment.key_prefix));
        if batch.len() == BATCH {
            registrar.register(&batch)?;
            batch.clear();
        }
    }
    registrar.register(&batch)?;
    registrar.finish();
    Ok(())
}

/// Where in a row the parts of a sign-up are.
struct Columns {
    key: Column,
    referred_by: Option<Column>,
    code: Option<Column>,
    label: Option<Column>,
    registered_at: Option<Column>,
}

impl Columns {
    /// Finds columns by name, in the order of the fields; the error is the name of one that is gone, or that was made
    /// something else than a time.
    fn find<'a>(rows: &TransitionTable, attachment: &'a Attachment) -> Result<Columns, &'a str> {
        let find = |name: &'a Option<String>| match name {
            None => Ok(None),
            Some(name) => rows.column(name).map(Some).ok_or(name.as_str()),
        };
        Ok(Columns {
            key: rows.column(&attachment.key).ok_or(attachment.key.as_str())?,
            referred_by: find(&attachment.referred_by)?,
            code: find(&attachment.code)?,
            label: find(&attachment.label)?,
            registered_at: match find(&attachment.registered_at)? {
                Some(column) if !column.is_time() => {
                    return Err(attachment.registered_at.as_deref().unwrap_or_default());
                }
                found => found,
            },
        })
    }

    /// The sign-up of the current row.
    fn sign_up(&self, rows: &TransitionTable, key_prefix: &str) -> SignUp {
        let value = |column: Option<Column>| column.and_then(|column| rows.value(column));
        let text = |column| value(column).map(Value::text);
        SignUp {
            user_key: prefixed_key(key_prefix, text(Some(self.key))),
            referred_by: text(self.referred_by),
            wanted_code: text(self.code),
            label: text(self.label),
            registered_at: value(self.registered_at).and_then(Value::time),
        }
    }
}
