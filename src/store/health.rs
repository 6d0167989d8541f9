//! Catalogue checks behind health().

use super::statement::{Statement, all, required};

/// Attached tables whose trigger does not fire, by name.
pub fn silent_attachments() -> Vec<String> {
    static SILENT: Statement = Statement(
        "SELECT t.tgrelid::regclass::text FROM pg_catalog.pg_trigger t
         WHERE t.tgfoid = 'referrals._on_sign_up'::regproc AND t.tgenabled IN ('D', 'R') ORDER BY 1",
    );
    SILENT.read(&[], |rows| all(rows, |row| required(row, 1)))
}

/// Guards of the ledger and the audit that do not always fire, by table.
pub fn silent_guards() -> Vec<String> {
    static SILENT: Statement = Statement(
        "SELECT t.tgrelid::regclass::text FROM pg_catalog.pg_trigger t
         WHERE t.tgfoid = 'referrals._append_only'::regproc AND t.tgenabled <> 'A' ORDER BY 1",
    );
    SILENT.read(&[], |rows| all(rows, |row| required(row, 1)))
}
