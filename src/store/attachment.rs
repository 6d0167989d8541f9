//! Users tables of the application: what they look like, the trigger on them, and the rows that are not registered yet.

use super::statement::{Statement, all, column, first, required};
use crate::domain::sign_up::{SignUp, prefixed_key};
use pgrx::Spi;
use pgrx::pg_sys::Oid;
use pgrx::spi::{SpiHeapTupleData, quote_identifier, quote_literal};

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
    /// Schema and name, quoted where needed.
    pub qualified_name: String,
    /// As in pg_class: `r` for a table, `p` for a partitioned one.
    pub kind: char,
    /// Whether it is a partition of another table.
    pub is_partition: bool,
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

/// Describes a table; `None` if there is none of this id.
pub fn describe(table: Oid) -> Option<Table> {
    static KIND: Statement = Statement("SELECT relkind::text, relispartition FROM pg_catalog.pg_class WHERE oid = $1");
    static COLUMNS: Statement = Statement(include_str!("sql/table_columns.sql"));
    static PRIMARY_KEY: Statement = Statement(
        "SELECT a.attname::text FROM pg_catalog.pg_index i
         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
         WHERE i.indrelid = $1 AND i.indisprimary",
    );
    let letter = |row: &SpiHeapTupleData, ordinal| required::<String>(row, ordinal).chars().next().unwrap_or(' ');
    let qualified_name = name(table)?;
    let (kind, is_partition) =
        KIND.read(&[table.into()], |rows| first(rows, |row| (letter(row, 1), required(row, 2))))?;
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
    Some(Table { qualified_name, kind, is_partition, columns, primary_key })
}

/// Puts the trigger on a table, or replaces it. Nobody can insert from here to the end of the transaction.
pub fn create_trigger(table: &Table, arguments: &[String]) {
    let arguments: Vec<String> = arguments.iter().map(quote_literal).collect();
    run(&format!(
        "CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT ON {table}
         REFERENCING NEW TABLE AS referrals_new_users
         FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_sign_up({arguments})",
        table = table.qualified_name,
        arguments = arguments.join(", "),
    ));
}

/// Takes the trigger off a table. Gives whether it was there.
pub fn drop_trigger(oid: Oid, table: &Table) -> bool {
    static ATTACHED: Statement = Statement(
        "SELECT true FROM pg_catalog.pg_trigger
         WHERE tgrelid = $1 AND tgfoid = 'referrals._on_sign_up'::regproc AND NOT tgisinternal",
    );
    let attached = ATTACHED.write(&[oid.into()], |rows| !rows.is_empty());
    if attached {
        run(&format!("DROP TRIGGER {TRIGGER} ON {}", table.qualified_name));
    }
    attached
}

fn run(statement: &str) {
    Spi::connect_mut(|client| client.update(statement, None, &[]).map(|_| ())).expect("built from quoted names");
}

/// Which column holds what; empty for none.
pub struct Mapping<'a> {
    /// The application's key.
    pub key: &'a str,
    /// Put before the key.
    pub key_prefix: &'a str,
    /// The code that the person signed up with.
    pub referred_by: &'a str,
    /// The code that the person wants.
    pub code: &'a str,
    /// A name.
    pub label: &'a str,
    /// When the person signed up.
    pub registered_at: &'a str,
}

/// Hands over the rows that have no participant yet, the oldest first, so many at a time: in the order of the sign-ups
/// if their times are known, then of the keys.
pub fn for_each_missing<E>(
    table: &Table,
    mapping: &Mapping,
    at_a_time: usize,
    mut handle: impl FnMut(Vec<SignUp>) -> Result<(), E>,
) -> Result<(), E> {
    // The text of a value as the trigger makes it: by the type's output function, but blank-padded text unpadded.
    let text = |name: &str| match table.columns.iter().find(|column| column.name == name) {
        Some(column) if column.type_name == "bpchar" => format!("users.{}::text", quote_identifier(name)),
        Some(_) => format!("CASE WHEN users.{0} IS NOT NULL THEN format('%s', users.{0}) END", quote_identifier(name)),
        None => "NULL::text".to_owned(),
    };
    let time = match mapping.registered_at {
        "" => "NULL::timestamptz".to_owned(),
        name => format!("users.{}::timestamptz", quote_identifier(name)),
    };
    let oldest_first: Vec<String> = [mapping.registered_at, mapping.key]
        .iter()
        .filter(|name| !name.is_empty())
        .map(|name| format!("users.{}", quote_identifier(*name)))
        .collect();
    let query = format!(
        "SELECT {key}, {referred_by}, {code}, {label}, {time}
         FROM {table} AS users
         WHERE NOT EXISTS (SELECT FROM referrals.participant WHERE user_key = $1 || {key})
         ORDER BY {oldest_first}",
        key = text(mapping.key),
        referred_by = text(mapping.referred_by),
        code = text(mapping.code),
        label = text(mapping.label),
        table = table.qualified_name,
        oldest_first = oldest_first.join(", "),
    );
    let prefix = mapping.key_prefix;
    let sign_up = |row: &SpiHeapTupleData| SignUp {
        user_key: prefixed_key(prefix, column(row, 1)),
        referred_by: column(row, 2),
        wanted_code: column(row, 3),
        label: column(row, 4),
        registered_at: column(row, 5),
    };
    let mut cursor =
        Spi::connect_mut(|client| client.open_cursor_mut(query.as_str(), &[prefix.into()]).detach_into_name());
    loop {
        // A connection for each batch: what it fetched is freed with it.
        let (sign_ups, name) = Spi::connect(|client| {
            let mut open = client.find_cursor(&cursor).expect(OPEN);
            let sign_ups = all(open.fetch(at_a_time as i64).expect(OPEN), sign_up);
            (sign_ups, open.detach_into_name())
        });
        cursor = name;
        if sign_ups.is_empty() {
            Spi::connect(|client| drop(client.find_cursor(&cursor).expect(OPEN)));
            return Ok(());
        }
        handle(sign_ups)?;
    }
}

const OPEN: &str = "the cursor stays open to the end of the loop";
