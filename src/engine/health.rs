//! What an operator should know about this installation.

use super::environment;
use super::receiving;
use super::seal::{self, Tail};
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use crate::pg::timestamp::clock;
use crate::pg::{condition, roles, subtransaction};
use crate::store::{self, health, queue};

const HOUR: i64 = 3_600_000_000;

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
    let mut checks = vec![
        Check { name: "mode", ok: mode_ok, detail: mode },
        none_of(
            "attachments",
            silent_attachments(),
            "every attached table is followed",
            "sign-ups or events are not followed: the trigger is disabled, reads what is gone, has a condition that fails, \
             or is that of a partition, on",
        ),
        none_of(
            "append_only",
            health::silent_guards()
                .into_iter()
                .map(|guard| guard.relation)
                .chain(health::replaced_functions())
                .collect(),
            "the record is guarded",
            "a trigger that guards it is missing, changed or not ENABLE ALWAYS, on",
        ),
        queue(),
        unsealed(),
    ];
    checks.extend(receiving::checks());
    checks
}

/// What waits to be accrued, and whether that is for too long.
fn queue() -> Check {
    let backlog = queue::backlog();
    let is_held_back =
        |mode: Mode| mode == Mode::Live && environment::mode() == Mode::Mock && !receiving::is_received();
    let is_late = |oldest: Timestamp| oldest.micros() < clock().micros() - HOUR;
    let in_words = |&(mode, events, oldest): &(Mode, i64, Timestamp)| {
        let why = if is_held_back(mode) { ", until the mode is live again" } else { "" };
        format!("{events} {} since {oldest}{why}", mode.as_str())
    };
    let waiting: Vec<String> = backlog.iter().map(in_words).collect();
    Check {
        name: "queue",
        ok: !backlog.iter().any(|(mode, _, oldest)| is_held_back(*mode) || is_late(*oldest)),
        detail: match waiting.is_empty() {
            true => "nothing waits to be accrued".to_owned(),
            false => format!("waiting to be accrued by referrals.process_queue: {}", waiting.join(", ")),
        },
    }
}

/// What is not sealed yet, and whether that is for too long.
fn unsealed() -> Check {
    const DAY: i64 = 24 * HOUR;
    let Ok(Tail { is_in_use, rows, oldest }) = seal::tail() else {
        let detail = "the last block is damaged: call referrals.verify()".to_owned();
        return Check { name: "seal", ok: false, detail };
    };
    let count = if rows > Tail::MOST { format!("more than {} rows", Tail::MOST) } else { format!("{rows} rows") };
    let since = oldest.map_or_else(String::new, |oldest| format!(" since {oldest}"));
    let held_back = (rows > 0).then(store::seal::oldest_open).flatten();
    let held_back = held_back.map_or_else(String::new, |who| format!("; not before the end of {who}"));
    Check {
        name: "seal",
        ok: !is_in_use || oldest.is_none_or(|oldest| oldest.micros() >= clock().micros() - DAY),
        detail: match (rows, is_in_use) {
            (0, _) => "everything recorded is sealed".to_owned(),
            (_, true) => format!("not sealed yet: {count}{since}{held_back}"),
            (_, false) => format!("nothing was ever sealed: {count}{since}{held_back}"),
        },
    }
}

/// Attached tables that are not followed: by what the catalogue says, or by a condition that cannot be read any more.
fn silent_attachments() -> Vec<String> {
    let mut silent = health::silent_attachments();
    for (table, name, owner, text) in health::conditions() {
        let read = || roles::confined_to(owner, || condition::check(&text, table).is_ok());
        let is_readable = subtransaction::probe(read).unwrap_or(false);
        if !is_readable && !silent.contains(&name) {
            silent.push(name);
        }
    }
    silent
}
