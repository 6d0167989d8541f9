//! What an operator should know about this installation.

use super::environment;
use crate::pg::{condition, roles, subtransaction};
use crate::store::health;

/// One check.
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// Whether all is well.
    pub ok: bool,
    /// The state in words.
    pub detail: String,
}

/// All checks.
pub fn checks() -> Vec<Check> {
    let (mode_ok, mode) = match environment::why_not_live() {
        None => (true, "live".to_owned()),
        Some(None) => (true, "mock".to_owned()),
        Some(Some(reason)) => (false, format!("mock: {reason}")),
    };
    let none_of = |name, found: Vec<String>, well: &str, ill: &str| Check {
        name,
        ok: found.is_empty(),
        detail: if found.is_empty() { well.to_owned() } else { format!("{ill}: {}", found.join(", ")) },
    };
    vec![
        Check { name: "mode", ok: mode_ok, detail: mode },
        none_of(
            "attachments",
            silent_attachments(),
            "every attached table is followed",
            "sign-ups or events are not followed: the trigger is disabled, or reads what is gone, on",
        ),
        none_of(
            "append_only",
            health::silent_guards(),
            "the record is guarded",
            "a trigger that guards it is missing or not ENABLE ALWAYS, on",
        ),
    ]
}

/// Attached tables that are not followed: by their columns, or by a condition that cannot be read any more.
fn silent_attachments() -> Vec<String> {
    let mut silent = health::silent_attachments();
    for (table, name, owner, text) in health::conditions() {
        let read = || roles::confined_to(owner, || condition::check(&text, table).is_ok());
        let is_readable = subtransaction::attempt(read).unwrap_or(false);
        if !is_readable && !silent.contains(&name) {
            silent.push(name);
        }
    }
    silent
}
