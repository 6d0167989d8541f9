//! Reverses lines: all that is left, a part of the money, or the share of a refund.

use super::accounts::Accounts;
use super::environment;
use super::error::Error;
use super::queue;
use crate::domain::line::{Kind, Recorded, Side};
use crate::domain::mode::Mode;
use crate::domain::plan::SIGN_UP;
use crate::domain::reversal::{Problem, Take};
use crate::pg::memory;
use crate::store::{attribution, lines, participant};

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
    let reversals = events_in(&mut accounts, kind, keys, take, reason)?;
    accounts.save();
    Ok(reversals)
}

/// The same among other work of a statement, whose accounts the caller saves.
pub fn events_in(
    accounts: &mut Accounts,
    kind: &str,
    keys: &[String],
    take: Take,
    reason: &str,
) -> Result<Vec<i64>, Error> {
    let referrers = referrers(accounts.mode(), kind, keys);
    queue::lock(accounts, referrers.into_iter());
    let mut reversals = Vec::new();
    for key in keys {
        reversals.extend(memory::scratch(|| event_in(accounts, kind, key, take, reason))?);
    }
    Ok(reversals)
}

/// The referrers whom events earned something, or will when they are taken from the queue.
pub fn referrers(mode: Mode, kind: &str, keys: &[String]) -> Vec<i64> {
    let found = |key: &String| memory::scratch(|| of_event(mode, kind, key));
    let of_lines = keys.iter().flat_map(found).map(|found| found.line.referrer_id);
    of_lines.chain(queue::referrers(mode, kind, keys)).collect()
}

fn event_in(accounts: &mut Accounts, kind: &str, key: &str, take: Take, reason: &str) -> Result<Vec<i64>, Error> {
    let mode = accounts.mode();
    let mut found = of_event(mode, kind, key);
    // Somebody may have recorded it since the accounts were locked.
    while let Some(missing) = found.iter().map(|found| found.line.referrer_id).find(|id| !accounts.holds(*id)) {
        queue::lock(accounts, [missing].into_iter());
        found = of_event(mode, kind, key);
    }
    let mut reversed = Vec::new();
    for found in found {
        match reverse(accounts, &found, take, reason) {
            Err(Error::CannotReverse { problem: Problem::ReversedInFull, .. }) => continue,
            result => result?,
        }
        reversed.push(found.id);
    }
    accounts.store();
    let reversed = reversed.into_iter().filter_map(|id| lines::of_id(id, mode));
    Ok(reversed.map(|found| latest_reversal(&found)).collect())
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

/// The lines of an event; a sign-up is named by the referee's user_key.
fn of_event(mode: Mode, kind: &str, key: &str) -> Vec<Recorded> {
    if kind != SIGN_UP {
        return lines::of_event(mode, kind, key);
    }
    participant::by_key(key).map_or_else(Vec::new, |referee| lines::of_event(mode, kind, &referee.id.to_string()))
}

fn latest_reversal(found: &Recorded) -> i64 {
    let latest = found.corrections.iter().rev().find(|correction| correction.kind == Kind::Reversal);
    latest.expect("it was just reversed").id
}
