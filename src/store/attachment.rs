//! Users tables of the application: what they look like, the trigger on them, and their rows.

use super::statement::{Statement, all, first, required};
use crate::domain::attachment::Attachment;
use crate::domain::event_source::EventSource;
use crate::domain::sign_up::{SignUp, prefixed_key};
use crate::pg::roles::{confined_to, owner_of};
use crate::pg::value::Value;
use pgrx::Spi;
use pgrx::pg_sys::Oid;
use pgrx::spi::{SpiHeapTupleData, SpiTupleTable, quote_identifier, quote_literal};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The name of the trigger, on every attached table.
const TRIGGER: &str = "referrals_sign_up";

/// A column of a users table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name, unquoted.
    pub name: String,
    /// The name of its type, or of the type below a domain; with its schema if that is not pg_catalog, since anybody may
    /// name a type of their own like one of those.
    pub type_name: String,
    /// That type as people write it.
    pub type_label: String,
    /// The category of that type, as in pg_type.
    pub type_category: char,
    /// Whether it is generated when read: a trigger never sees its value.
    pub is_virtual: bool,
}

/// A users table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its id.
    pub oid: Oid,
    /// Schema and name, quoted where needed.
    pub qualified_name: String,
    /// Who owns it.
    pub owner: Oid,
    /// As in pg_class: `r` for a table, `p` for a partitioned one.
    pub kind: char,
    /// Whether it is a partition of another table.
    pub is_partition: bool,
    /// Whether it belongs to the extension.
    pub is_ours: bool,
    /// Columns, but not system or dropped ones.
    pub columns: Vec<Column>,
    /// The columns of the primary key.
    pub primary_key: Vec<String>,
}

/// Schema and name of a table, quoted where needed; `None` if there is none of this id.
pub fn name(table: Oid) -> Option<String> {
    static NAME: Statement = Statement(
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1",
    );
    NAME.read(&[table.into()], |rows| first(rows, |row| required(row, 1)))
}

/// The topmost table that a table is a partition of; `None` if it is none.
pub fn partition_root(table: Oid) -> Option<Oid> {
    static ROOT: Statement =
        Statement("SELECT root::oid FROM pg_catalog.pg_partition_root($1::oid::regclass) AS root WHERE root <> $1");
    ROOT.read(&[table.into()], |rows| first(rows, |row| required(row, 1)))
}

/// Describes a table; `None` if there is none of this id.
pub fn describe(table: Oid) -> Option<Table> {
    static CLASS: Statement = Statement(
        "SELECT c.relkind::text, c.relispartition, n.nspname = 'referrals'
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1",
    );
    static COLUMNS: Statement = Statement(include_str!("sql/table_columns.sql"));
    static PRIMARY_KEY: Statement = Statement(
        "SELECT a.attname::text FROM pg_catalog.pg_index i
         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
         WHERE i.indrelid = $1 AND i.indisprimary",
    );
    let letter = |row: &SpiHeapTupleData, ordinal| required::<String>(row, ordinal).chars().next().unwrap_or(' ');
    let class =
        CLASS.read(&[table.into()], |rows| first(rows, |row| (letter(row, 1), required(row, 2), required(row, 3))));
    let (kind, is_partition, is_ours) = class?;
    let columns = COLUMNS.read(&[table.into()], |rows| {
        all(rows, |row| Column {
            name: required(row, 1),
            type_name: required(row, 2),
            type_label: required(row, 3),
            type_category: letter(row, 4),
            is_virtual: required(row, 5),
        })
    });
    let primary_key = PRIMARY_KEY.read(&[table.into()], |rows| all(rows, |row| required(row, 1)));
    let owner = owner_of(table)?;
    Some(Table { oid: table, qualified_name: name(table)?, owner, kind, is_partition, is_ours, columns, primary_key })
}

/// Whether a partition of a table has another owner than the table.
pub fn has_foreign_partitions(table: &Table) -> bool {
    static FOREIGN: Statement = Statement(
        "SELECT true FROM pg_catalog.pg_partition_tree($1) AS part JOIN pg_catalog.pg_class AS c ON c.oid = part.relid
         WHERE c.relowner <> $2 LIMIT 1",
    );
    table.kind == 'p' && FOREIGN.read(&[table.oid.into(), table.owner.into()], |rows| !rows.is_empty())
}

/// Whether the trigger is on a table.
pub fn is_attached(table: &Table) -> bool {
    !trigger_names(table).is_empty()
}

fn trigger_names(table: &Table) -> Vec<String> {
    static NAMES: Statement = Statement(
        "SELECT tgname::text FROM pg_catalog.pg_trigger
         WHERE tgrelid = $1 AND tgfoid = 'referrals._on_sign_up'::regproc AND NOT tgisinternal",
    );
    NAMES.write(&[table.oid.into()], |rows| all(rows, |row| required(row, 1)))
}

/// Puts the trigger on a table.
pub fn create_trigger(table: &Table, attachment: &Attachment) {
    let arguments: Vec<String> = attachment.to_arguments().iter().map(quote_literal).collect();
    run(&format!(
        "CREATE TRIGGER {TRIGGER} AFTER INSERT ON {table}
         REFERENCING NEW TABLE AS referrals_new_users
         FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_sign_up({arguments})",
        table = table.qualified_name,
        arguments = arguments.join(", "),
    ));
}

/// Puts the triggers of a source of events on a table.
pub fn create_event_triggers(table: &Table, source: &EventSource) {
    let arguments: Vec<String> = source.to_arguments().iter().map(quote_literal).collect();
    let create = |event: &str, rows: &str| {
        run(&format!(
            "CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows}
             FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_event({arguments})",
            name = quote_identifier(event_trigger_name(event, &source.kind)),
            table = table.qualified_name,
            arguments = arguments.join(", "),
        ));
    };
    create("INSERT", "NEW TABLE AS referrals_new_events");
    if source.follows_updates() {
        create("UPDATE", "OLD TABLE AS referrals_old_events NEW TABLE AS referrals_new_events");
    }
}

/// A name of its own for each kind, which may be longer than a name of Postgres. Triggers fire in the order of their names:
/// in a table that is both, people sign up before their events accrue.
fn event_trigger_name(event: &str, kind: &str) -> String {
    const LONGEST: usize = 63;
    let name = format!("referrals_source_{}_{kind}", event.to_lowercase());
    if name.len() <= LONGEST {
        return name;
    }
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    let end = (0..=LONGEST - 17).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!("{}_{:016x}", &name[..end], hasher.finish())
}

/// The triggers of sources of events on a table: of one kind, or of all.
pub fn event_trigger_names(table: &Table, kind: Option<&str>) -> Vec<String> {
    static NAMES: Statement = Statement(
        "SELECT present.tgname::text
         FROM pg_catalog.pg_trigger AS present
         LEFT JOIN LATERAL referrals._event_source(present.tgargs) AS source ON true
         WHERE present.tgrelid = $1 AND present.tgfoid = 'referrals._on_event'::regproc AND NOT present.tgisinternal
           AND ($2::text IS NULL OR source.kind = $2)",
    );
    NAMES.write(&[table.oid.into(), kind.into()], |rows| all(rows, |row| required(row, 1)))
}

/// Takes triggers of sources of events off a table. Gives whether there were any.
pub fn drop_event_triggers(table: &Table, kind: Option<&str>) -> bool {
    let names = event_trigger_names(table, kind);
    drop_triggers(table, &names);
    !names.is_empty()
}

fn drop_triggers(table: &Table, names: &[String]) {
    for name in names {
        run(&format!("DROP TRIGGER {} ON {}", quote_identifier(name), table.qualified_name));
    }
}

/// Takes the trigger off a table, whatever it is named by now. Gives whether it was there.
pub fn drop_trigger(table: &Table) -> bool {
    let names = trigger_names(table);
    drop_triggers(table, &names);
    !names.is_empty()
}

fn run(statement: &str) {
    Spi::connect_mut(|client| client.update(statement, None, &[]).map(|_| ())).expect("built from quoted names");
}

/// Hands over the rows of a table as sign-ups, the oldest first, so many at a time: in the order of their times if these
/// are known, then of their keys.
///
/// Planning and reading may run functions of the table's owner, so both are done with the owner's rights.
pub fn for_each_row<E>(
    table: &Table,
    attachment: &Attachment,
    at_a_time: usize,
    mut handle: impl FnMut(Vec<SignUp>) -> Result<(), E>,
) -> Result<(), E> {
    let column =
        |name: Option<&String>| name.map_or("NULL".to_owned(), |name| format!("users.{}", quote_identifier(name)));
    let key = column(Some(&attachment.key));
    let registered_at = column(attachment.registered_at.as_ref());
    let oldest_first = match attachment.registered_at {
        Some(_) => format!("{registered_at}, {key}"),
        None => key.clone(),
    };
    let query = format!(
        "SELECT {key}, {referred_by}, {code}, {label}, {registered_at} FROM {only} {table} AS users ORDER BY {oldest_first}",
        referred_by = column(attachment.referred_by.as_ref()),
        code = column(attachment.code.as_ref()),
        label = column(attachment.label.as_ref()),
        // Rows of a child table do not fire the trigger of its parent; those of a partition do.
        only = if table.kind == 'r' { "ONLY" } else { "" },
        table = table.qualified_name,
    );
    let mut cursor = confined_to(table.owner, || {
        Spi::connect_mut(|client| client.open_cursor_mut(query.as_str(), &[]).detach_into_name())
    });
    loop {
        // A connection for each batch: what it fetched is freed with it.
        let (batch, name) = confined_to(table.owner, || {
            Spi::connect(|client| {
                let mut open = client.find_cursor(&cursor).expect(OPEN);
                let batch = sign_ups(open.fetch(at_a_time as i64).expect(OPEN), &attachment.key_prefix);
                (batch, open.detach_into_name())
            })
        });
        cursor = name;
        if batch.is_empty() {
            Spi::connect(|client| drop(client.find_cursor(&cursor).expect(OPEN)));
            return Ok(());
        }
        handle(batch)?;
    }
}

const OPEN: &str = "the cursor stays open to the end of the loop";

fn sign_ups(mut rows: SpiTupleTable, key_prefix: &str) -> Vec<SignUp> {
    let mut sign_ups = Vec::with_capacity(rows.len());
    while rows.next().is_some() {
        let value = |ordinal| {
            let datum = rows.get_datum_by_ordinal(ordinal).expect(OPEN)?;
            let type_oid = rows.column_type_oid(ordinal).expect(OPEN).value();
            // SAFETY: Postgres says what the type of the column is, and the rows outlive the value.
            Some(unsafe { Value::new(datum, type_oid) })
        };
        let text = |ordinal| value(ordinal).map(Value::text);
        sign_ups.push(SignUp {
            user_key: prefixed_key(key_prefix, text(1)),
            referred_by: text(2),
            wanted_code: text(3),
            label: text(4),
            registered_at: value(5).and_then(Value::time),
        });
    }
    sign_ups
}
