//! What an operator should know about this installation.

use super::environment;
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
            health::silent_attachments(),
            "every attached table registers its users",
            "sign-ups are not registered: the trigger is disabled, or reads a column that is gone, on",
        ),
        none_of(
            "append_only",
            health::silent_guards(),
            "the record is guarded",
            "a trigger that guards it is missing or not ENABLE ALWAYS, on",
        ),
    ]
}
