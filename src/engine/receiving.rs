//! A database that receives the record of another one: it reads, verifies and reports, and writes nothing of its own.

use super::error::Error;
use super::health::Check;
use crate::store::subscription::{self, State};

/// Whether the record here is received from another database.
pub fn is_received() -> bool {
    subscription::name().is_some()
}

/// Refuses what would write here: its ids would be those of rows that are still to arrive.
pub fn refuse(what: impl Into<String>) -> Result<(), Error> {
    match subscription::name() {
        Some(subscription) => Err(Error::Receives { what: what.into(), subscription }),
        None => Ok(()),
    }
}

/// For health(): a row for each subscription.
pub fn checks() -> impl Iterator<Item = Check> {
    subscription::all().into_iter().map(|state| Check {
        name: "subscription",
        ok: state.is_enabled && state.incomplete == 0 && state.is_connected,
        detail: format!("receives the record through subscription \"{}\": {}", state.name, in_words(&state)),
    })
}

fn in_words(state: &State) -> String {
    let heard = state.heard_at.map_or_else(String::new, |at| format!(", last heard of it {at}"));
    match state {
        State { is_enabled: false, .. } => "it is disabled, and nothing arrives".to_owned(),
        State { is_connected: false, .. } => "it is not connected, and nothing arrives".to_owned(),
        State { incomplete: 0, .. } => format!("connected{heard}"),
        State { incomplete, .. } => {
            format!("the first copy of {incomplete} tables is not complete, until when verify() finds gaps")
        }
    }
}
