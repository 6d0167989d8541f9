//! Reverses lines: all that is left, a part of the money, or the share of a refund.

use super::accounts::Accounts;
use super::environment;
use super::error::Error;
use super::queue;
use super::register::BATCH;
use crate::domain::line::{Kind, Recorded, Side};
use crate::domain::mode::Mode;
use crate::domain::plan::SIGN_UP;
use crate::domain::reversal::{Problem, Take};
use crate::pg::memory;
use crate::store::{attribution, lines, participant, program};
use std::collections::{HashMap, HashSet};

/// Reverses one line; gives the reversal line.
pub fn line(commission_id: i64, take: Take, reason: &str) -> Result<i64, Error> {
    let unknown = || Error::UnknownLine { commission_id };
    let identity = lines::identify(commission_id).ok_or_else(unknown)?;
    if identity.kind != Kind::Accrual {
        let (kind, corrects) = (identity.kind.as_str(), identity.corrects);
        return Err(Error::NotAnAccrual { commission_id, kind, corrects });
    }
    let mode = environment::mode();
    if identity.mode != mode {
        return Err(Error::LineOfOtherMode { commission_id, line: identity.mode, now: mode });
    }
    let found = || lines::of_id(commission_id, mode).ok_or_else(unknown);
    let mut accounts = Accounts::new(mode);
    queue::lock(&mut accounts, [found()?.line.referrer_id].into_iter());
    // Read again under the lock: others may have reversed it while this waited.
    let found = found()?;
    reverse(&mut accounts, &found, take, reason)?;
    accounts.store();
    accounts.save();
    Ok(latest_reversal(&lines::of_id(commission_id, mode).expect("lines are never deleted")))
}

/// Reverses the lines of events of one kind, as far as anything is left of them; gives the reversal lines.
pub fn events(kind: &str, keys: &[String], take: Take, reason: &str) -> Result<Vec<i64>, Error> {
    let mut accounts = Accounts::new(environment::mode());
    let reversed = events_in(&mut accounts, kind, keys, take, reason)?;
    accounts.save();
    let found = reversed.into_iter().filter_map(|id| lines::of_id(id, accounts.mode()));
    Ok(found.map(|found| latest_reversal(&found)).collect())
}

/// The same among other work of a statement, whose accounts the caller saves; gives the accruals.
pub fn events_in(
    accounts: &mut Accounts,
    kind: &str,
    keys: &[String],
    take: Take,
    reason: &str,
) -> Result<Vec<i64>, Error> {
    let referrers = referrers(accounts.mode(), kind, keys);
    queue::lock(accounts, referrers.into_iter());
    let mut reversed = Vec::new();
    for batch in keys.chunks(BATCH) {
        reversed.extend(memory::scratch(|| batch_in(accounts, kind, batch, take, reason))?);
    }
    Ok(reversed)
}

/// The referrers whom events earned something, or will when they are taken from the queue.
pub fn referrers(mode: Mode, kind: &str, keys: &[String]) -> Vec<i64> {
    let mut found = queue::referrers(mode, kind, keys);
    for batch in keys.chunks(BATCH) {
        let ledger_keys = ledger_keys(kind, batch);
        let keys: Vec<&str> = ledger_keys.iter().map(String::as_str).collect();
        found.extend(memory::scratch(|| lines::earners(mode, kind, &keys)).into_iter().map(|(_, referrer)| referrer));
    }
    found
}

fn batch_in(accounts: &mut Accounts, kind: &str, keys: &[String], take: Take, reason: &str) -> Result<Vec<i64>, Error> {
    let mode = accounts.mode();
    let mut found = of_events(mode, kind, keys);
    // Others may have recorded some of these events since the accounts were locked.
    while found.iter().any(|found| !accounts.holds(found.line.referrer_id)) {
        queue::lock(accounts, found.iter().map(|found| found.line.referrer_id));
        found = of_events(mode, kind, keys);
    }
    let moves_others = found.iter().any(rates_again);
    let mut reversed = Vec::new();
    for mut found in found {
        if moves_others {
            // The one before may have adjusted it.
            accounts.store();
            found = lines::of_id(found.id, mode).expect("lines are never deleted");
        }
        match reverse(accounts, &found, take, reason) {
            Err(Error::CannotReverse { problem: Problem::ReversedInFull, .. }) => continue,
            result => result?,
        }
        reversed.push(found.id);
    }
    accounts.store();
    Ok(reversed)
}

/// Whether the reversal of a line may rate others again.
fn rates_again(found: &Recorded) -> bool {
    let program = program::by_id(found.line.program_id);
    program.is_some_and(|program| program.versions.iter().any(|version| version.plan.rates_again()))
}

fn reverse(accounts: &mut Accounts, found: &Recorded, take: Take, reason: &str) -> Result<(), Error> {
    let line = &found.line;
    let is_tie = line.event_kind == SIGN_UP && line.side == Side::Referrer;
    let tie_counts = is_tie && attribution::of_referee(line.referee_id).is_some_and(|(_, mode)| mode == line.mode);
    accounts.reverse(found, take, reason, tie_counts).map_err(|problem| Error::CannotReverse {
        commission_id: found.id,
        currency: line.currency.to_string(),
        problem,
    })
}

/// The lines of events, in the order of the keys, each event once.
fn of_events(mode: Mode, kind: &str, keys: &[String]) -> Vec<Recorded> {
    let ledger_keys = ledger_keys(kind, keys);
    let keys: Vec<&str> = ledger_keys.iter().map(String::as_str).collect();
    let mut found = lines::of_events(mode, kind, &keys);
    let places: HashMap<&str, usize> = keys.iter().enumerate().map(|(place, key)| (*key, place)).collect();
    found.sort_by_key(|found| places.get(found.line.event_key.as_str()).copied());
    found
}

/// The keys of events as the ledger has them, each once; a sign-up is named by the referee's user_key.
fn ledger_keys(kind: &str, keys: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let distinct = keys.iter().filter(|key| seen.insert(key.as_str()));
    if kind != SIGN_UP {
        return distinct.cloned().collect();
    }
    let referees = participant::by_keys(keys.iter().map(String::as_str).collect());
    distinct.filter_map(|key| Some(referees.get(key)?.id.to_string())).collect()
}

fn latest_reversal(found: &Recorded) -> i64 {
    let latest = found.corrections.iter().rev().find(|correction| correction.kind == Kind::Reversal);
    latest.expect("it was just reversed").id
}
