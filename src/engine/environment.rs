//! Mock or live: two keys to live mode, and the deletion of what was mock.

use super::error::Error;
use super::pass::{Change, Pass};
use super::receiving;
use super::records;
use crate::domain::mode::Mode;
use crate::pg::{identity, settings};
use crate::store::{environment, ledger, queue, standing};
use serde_json::json;
use std::cell::Cell;

thread_local! {
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

/// The mode of what is recorded now. Warns once a session if live was chosen but does not hold here.
pub fn mode() -> Mode {
    match why_not_live() {
        None => Mode::Live,
        Some(reason) => {
            if let Some(reason) = reason.filter(|_| !WARNED.replace(true)) {
                pgrx::warning!("referrals is in mock mode: {reason}");
            }
            Mode::Mock
        }
    }
}

/// Why this is not live: `None` if it is, `Some(None)` if live was not chosen, else in words why the choice does not
/// hold here.
pub fn why_not_live() -> Option<Option<String>> {
    let Some(chosen) = environment::get().filter(|chosen| chosen.live) else { return Some(None) };
    // What was chosen where the record comes from is no choice made here.
    if receiving::is_received() {
        return Some(None);
    }
    let here = identity::current();
    if chosen.identity.system_identifier != here.system_identifier {
        return Some(Some("live was chosen in another cluster, of which this is a copy".to_owned()));
    }
    if chosen.identity.database_name != here.database_name {
        let there = chosen.identity.database_name;
        return Some(Some(format!("live was chosen in database \"{there}\", of which this is a copy")));
    }
    (!settings::allow_live()).then(|| Some("live was chosen, but referrals.allow_live is off".to_owned()))
}

/// Chooses live mode for this cluster and database.
pub fn go_live() -> Result<(), Error> {
    if !settings::allow_live() {
        return Err(Error::LiveNotAllowed);
    }
    choose(Mode::Live, "went_live");
    Ok(())
}

/// Chooses mock mode.
pub fn go_mock() {
    choose(Mode::Mock, "went_mock");
}

fn choose(mode: Mode, action: &'static str) {
    let here = identity::current();
    environment::set(mode.as_str(), &here);
    let detail = json!({"system_identifier": here.system_identifier, "database_name": here.database_name});
    ledger::note(&records::entry(action, None, None, detail));
}

/// Deletes all mock lines, their audit rows and the mock standings; gives the number of lines.
pub fn purge_mock() -> i64 {
    let seen = ledger::seen_now();
    let pass = Pass::open(Change::Purge);
    let referrers = standing::lock_mock();
    // Of those locked alone: who comes in meanwhile comes after the purge.
    queue::delete_mock(&referrers);
    let lines = ledger::delete_mock(&referrers, &seen);
    standing::blank_mock(referrers);
    drop(pass);
    ledger::note(&records::entry("mock_purged", None, None, json!({"lines": lines})));
    lines
}
