//! Catalogue checks behind health().

use super::statement::{Statement, all, required};
use pgrx::pg_sys::Oid;

/// Attached tables that do not register their users, by name: the trigger is disabled, reads a column that is
/// gone, or is that of a partition.
pub fn silent_attachments() -> Vec<String> {
    static SILENT: Statement = Statement(include_str!("sql/silent_attachments.sql"));
    SILENT.read(&[], |rows| all(rows, |row| required(row, 1)))
}

/// The conditions of sources of events: the table, its name, its owner, and the condition.
pub fn conditions() -> Vec<(Oid, String, Oid, String)> {
    static CONDITIONS: Statement = Statement(
        "SELECT DISTINCT source.source::oid, source.source::text, relation.relowner, condition.text
         FROM referrals.event_sources AS source
         JOIN pg_catalog.pg_class AS relation ON relation.oid = source.source
         CROSS JOIN LATERAL unnest(ARRAY[source.accrue_when, source.reverse_when]) AS condition (text)
         WHERE condition.text IS NOT NULL
         ORDER BY 2, 4",
    );
    CONDITIONS
        .read(&[], |rows| all(rows, |row| (required(row, 1), required(row, 2), required(row, 3), required(row, 4))))
}

/// A guard of a table of the extension, or its word to the caches, that is missing, was changed, or does not always fire.
pub struct SilentGuard {
    /// The table.
    pub relation: String,
    /// The name of the trigger.
    pub trigger: String,
    /// The statement that makes it.
    pub definition: String,
    /// Whether it is there as that statement makes it.
    pub is_there: bool,
}

/// The guards that do not guard, by table.
pub fn silent_guards() -> Vec<SilentGuard> {
    static SILENT: Statement = Statement(include_str!("sql/silent_guards.sql"));
    SILENT.read(&[], |rows| {
        all(rows, |row| SilentGuard {
            relation: required(row, 1),
            trigger: required(row, 2),
            definition: required(row, 3),
            is_there: required(row, 4),
        })
    })
}

/// Functions of the extension that are not the library's any more, but for those that were never: they only read, as the
/// views do.
pub fn replaced_functions() -> Vec<String> {
    static REPLACED: Statement = Statement(
        "SELECT function.proname || '()' FROM pg_catalog.pg_proc AS function
         JOIN pg_catalog.pg_language AS language ON language.oid = function.prolang
         WHERE function.pronamespace = 'referrals'::regnamespace
           AND (language.lanname <> 'c' OR right(function.prosrc, 8) <> '_wrapper')
           AND (language.lanname <> 'sql' OR function.proname NOT IN ('_my_dashboard', '_my_commission_ledger', '_my_tier_progress')) ORDER BY 1",
    );
    REPLACED.read(&[], |rows| all(rows, |row| required(row, 1)))
}
