//! What is compared: the tables of the application that are followed, and what the record says of their rows. Reads only.

use super::attachment::Table;
use super::stream::Stream;
use crate::domain::attachment::Attachment;
use crate::domain::currency::is_storable;
use crate::domain::eligibility::Amount;
use crate::domain::event::Event;
use crate::domain::event_source::EventSource;
use crate::domain::mode::Mode;
use crate::domain::sign_up::MAX_KEY_BYTES;
use crate::pg::cursor::Row;
use crate::pg::value::Value;
use pgrx::pg_sys::Oid;
use pgrx::spi::{quote_identifier, quote_literal};
use pgrx::{FromDatum, IntoDatum, JsonB};

/// The trigger of a table of users.
pub struct AttachedUsers {
    /// The table.
    pub table: Oid,
    /// The trigger's name.
    pub trigger: String,
    /// Whether it fires.
    pub is_enabled: bool,
    /// What it was given.
    pub attachment: Attachment,
}

/// A trigger of a source of events.
pub struct AttachedEvents {
    /// The table.
    pub table: Oid,
    /// The trigger's name.
    pub trigger: String,
    /// Whether it fires.
    pub is_enabled: bool,
    /// Whether it does so at an INSERT.
    pub on_insert: bool,
    /// Whether it does so at an UPDATE.
    pub on_update: bool,
    /// What it was given.
    pub source: EventSource,
}

/// What a table was attached with, by the audit trail.
pub enum Noted {
    /// A table of users.
    Users(Attachment),
    /// A source of events.
    Events(EventSource),
}

/// What became of an event, or of a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It has a line of which something is left, or waits for one.
    Open,
    /// It was refused, or is reversed in full.
    Settled,
    /// A condition failed on its row.
    Skipped,
}

/// The triggers of tables of users.
pub fn attached_users() -> Vec<AttachedUsers> {
    const ATTACHED: &str = include_str!("sql/attached_users.sql");
    let decode = |row: &Row| AttachedUsers {
        table: required(row, 1),
        trigger: required(row, 2),
        is_enabled: required(row, 3),
        attachment: Attachment {
            key: required(row, 4),
            key_prefix: required(row, 5),
            program: required(row, 6),
            referred_by: row.get(7),
            code: row.get(8),
            label: row.get(9),
            registered_at: row.get(10),
        },
    };
    Stream::of_record(ATTACHED, &[], decode).all()
}

/// The triggers of sources of events.
pub fn attached_events() -> Vec<AttachedEvents> {
    const ATTACHED: &str = include_str!("sql/attached_events.sql");
    let decode = |row: &Row| AttachedEvents {
        table: required(row, 1),
        trigger: required(row, 2),
        is_enabled: required(row, 3),
        on_insert: required(row, 4),
        on_update: required(row, 5),
        source: EventSource {
            kind: required(row, 6),
            key: required(row, 7),
            referee: required(row, 8),
            amount: row.get(9),
            currency: row.get(10),
            occurred_at: row.get(11),
            accrue_when: row.get(12),
            reverse_when: row.get(13),
        },
    };
    Stream::of_record(ATTACHED, &[], decode).all()
}

/// What tables that are still there were last attached with, and not detached since.
pub fn once_attached() -> Vec<(Oid, Noted)> {
    const NOTED: &str = include_str!("sql/once_attached.sql");
    let noted = |action: &str, JsonB(detail): JsonB| {
        let text = |name| detail.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        let needed = |name| text(name).unwrap_or_default();
        match action {
            "attached" => Noted::Users(Attachment {
                key: needed("key"),
                key_prefix: needed("key_prefix"),
                program: needed("program"),
                referred_by: text("referred_by"),
                code: text("code"),
                label: text("label"),
                registered_at: text("registered_at"),
            }),
            _ => Noted::Events(EventSource {
                kind: needed("kind"),
                key: needed("key"),
                referee: needed("referee"),
                amount: text("amount"),
                currency: text("currency"),
                occurred_at: text("occurred_at"),
                accrue_when: text("accrue_when"),
                reverse_when: text("reverse_when"),
            }),
        }
    };
    let decode = |row: &Row| (required(row, 1), noted(&required::<String>(row, 2), required(row, 3)));
    Stream::of_record(NOTED, &[], decode).all()
}

fn required<T: FromDatum + IntoDatum>(row: &Row, column: usize) -> T {
    row.get(column).expect("a column that is never NULL")
}

/// The keys of all participants, sorted, and whether each came by hand.
pub fn participants() -> Stream<'static, (String, bool)> {
    const KEYS: &str = "SELECT user_key, is_by_hand FROM referrals.participant WHERE user_key IS NOT NULL ORDER BY user_key COLLATE \"C\"";
    Stream::of_record(KEYS, &[], |row| (required(row, 1), required(row, 2)))
}

/// The user_keys of the rows of a table, sorted, as the trigger would form them; those that it would skip are left out.
pub fn user_keys(table: &Table, attachment: &Attachment) -> Stream<'static, String> {
    let key = key_text(table, &attachment.key);
    let prefix = quote_literal(&attachment.key_prefix);
    let query = format!(
        "SELECT {prefix} || {key} {from} WHERE {key} <> '' AND octet_length({prefix} || {key}) <= {MAX_KEY_BYTES}
         ORDER BY ({prefix} || {key}) COLLATE \"C\"",
        from = from(table),
    );
    Stream::of_table(table.owner, &query, |row| row.text(1).unwrap_or_default())
}

/// The rows of a source that have a key and a referee, sorted by key: each as an event, and whatever else is to be known
/// of it, found by `judge` in further columns from the number given to it on.
pub fn events<'a, J>(
    table: &Table,
    source: &EventSource,
    more: &[&str],
    judge: impl Fn(&Row, usize) -> J + 'a,
) -> Stream<'a, (String, Event, J)> {
    let key = key_text(table, &source.key);
    let optional = |name: &Option<String>| name.as_ref().map_or("NULL".to_owned(), |name| column_of(name));
    let mut columns = vec![key.clone(), column_of(&source.referee)];
    columns.extend([&source.amount, &source.currency, &source.occurred_at].map(optional));
    columns.extend(more.iter().map(|name| column_of(name)));
    let query = format!(
        "SELECT {columns} {from} WHERE {key} <> '' AND octet_length({key}) <= {MAX_KEY_BYTES} AND {referee} IS NOT NULL
         ORDER BY {key} COLLATE \"C\"",
        columns = columns.join(", "),
        from = from(table),
        referee = column_of(&source.referee),
    );
    Stream::of_table(table.owner, &query, move |row| {
        let key = row.text(1).unwrap_or_default();
        let amount = match row.value(3).map(Value::number) {
            None => Amount::Absent,
            Some(Ok(number)) if is_storable(number) => Amount::Given(number),
            Some(_) => Amount::Unusable,
        };
        let event = Event {
            key: Some(key.clone()),
            referee: row.text(2),
            amount,
            currency: row.text(4),
            at: row.value(5).and_then(Value::time),
        };
        (key, event, judge(row, 6))
    })
}

/// What became of the events of a kind, sorted by key; an event may have several rows.
pub fn outcomes(mode: Mode, kind: &str) -> Stream<'static, (String, Became)> {
    let arguments = [mode.as_str().into(), kind.into()];
    Stream::of_record(include_str!("sql/outcomes.sql"), &arguments, |row| {
        let became = match row.text(2).as_deref() {
            Some("open") => Became::Open,
            Some("skipped") => Became::Skipped,
            _ => Became::Settled,
        };
        (row.text(1).unwrap_or_default(), became)
    })
}

fn column_of(name: &str) -> String {
    format!("source.{}", quote_identifier(name))
}

/// Rows of a child table do not fire the trigger of its parent; those of a partition do.
fn from(table: &Table) -> String {
    let only = if table.kind == 'r' { "ONLY " } else { "" };
    format!("FROM {only}{} AS source", table.qualified_name)
}

/// The text form of a key as the trigger makes it: by the type's output function, whatever casts somebody has made, and
/// unpadded; empty for NULL.
fn key_text(table: &Table, name: &str) -> String {
    let is_padded = table.columns.iter().any(|column| column.name == name && column.type_name == "bpchar");
    let text = format!("format('%s', {})", column_of(name));
    if is_padded { format!("rtrim({text})") } else { text }
}
