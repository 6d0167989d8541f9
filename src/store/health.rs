//! Catalogue checks behind health().

use super::statement::{Statement, all, required};

/// Attached tables that do not register their users, by name: the trigger is disabled, or reads a column that is gone.
pub fn silent_attachments() -> Vec<String> {
    static SILENT: Statement = Statement(include_str!("sql/silent_attachments.sql"));
    SILENT.read(&[], |rows| all(rows, |row| required(row, 1)))
}

/// Tables of the extension whose guard, or whose word to the caches, is missing or does not always fire.
pub fn silent_guards() -> Vec<String> {
    static SILENT: Statement = Statement(include_str!("sql/silent_guards.sql"));
    SILENT.read(&[], |rows| all(rows, |row| required(row, 1)))
}
