//! Accrues events: rates each once, for ever, and records why the others earn nothing.
//! The one path for a direct call, a single row and a COPY of a million.

use super::accounts::Accounts;
use super::environment;
use super::error::Error;
use super::judge::{self, Case, Recorded, Verdict};
use super::register::BadInput;
use super::{queue, records, reverse};
use crate::domain::eligibility::{Amount, Occurrence, Refusal, TieState};
use crate::domain::event::Event;
use crate::domain::mode::Mode;
use crate::domain::plan::SIGN_UP;
use crate::domain::reversal::Take;
use crate::domain::sign_up::{self, KeyProblem};
use crate::domain::timestamp::Timestamp;
use crate::pg::timestamp::now;
use crate::pg::{memory, subtransaction};
use crate::store::attribution::{self, Referee};
use crate::store::{attachment, event, ledger};
use pgrx::pg_sys::Oid;
use std::collections::{HashMap, HashSet};

/// Accrues the events of one statement, batch by batch. What it did is complete after [`Accruer::finish`].
pub struct Accruer<'a> {
    kind: &'a str,
    table: Option<Oid>,
    bad_input: BadInput,
    accounts: Accounts,
}

impl<'a> Accruer<'a> {
    /// Prepares for events of a kind. `table` is named in audit rows.
    pub fn new(kind: &'a str, table: Option<Oid>, bad_input: BadInput) -> Accruer<'a> {
        Accruer { kind, table, bad_input, accounts: Accounts::new(environment::mode()) }
    }

    /// Locks the accounts of all referrers of a statement that does not accrue everything at once, in one ascending order.
    /// `reversed` are the keys of events that it will reverse.
    pub fn lock_ahead(&mut self, referees: &HashSet<String>, reversed: &[String]) {
        let referees = attribution::referees(&referees.iter().map(String::as_str).collect::<Vec<_>>());
        let of_referees = referees.values().filter_map(|referee| Some(referee.tie?.0.referrer_id));
        let of_lines = reverse::referrers(self.accounts.mode(), self.kind, reversed);
        let concerned: HashSet<i64> = of_referees.chain(of_lines).collect();
        // What is reversed in the same statement cannot wait.
        let queueing = if reversed.is_empty() { queue::queueing(&concerned) } else { HashMap::new() };
        queue::prepare(self.accounts.mode(), queueing.keys().copied());
        queue::lock(&mut self.accounts, concerned.into_iter().filter(|id| !queueing.contains_key(id)));
    }

    /// Accrues a batch, in its order.
    pub fn accrue(&mut self, events: &[Event]) -> Vec<Verdict> {
        memory::scratch(|| self.accrue_batch(events))
    }

    fn accrue_batch(&mut self, events: &[Event]) -> Vec<Verdict> {
        let keys: Vec<&str> = events.iter().filter_map(|event| event.referee.as_deref()).collect();
        let referees = attribution::referees(&keys);
        let concerned = referees.values().filter_map(|referee| Some(referee.tie?.0.referrer_id));
        let concerned: HashSet<i64> = concerned.collect();
        let queueing = self.queueing(&concerned);
        let referrers = || concerned.iter().copied().filter(|id| !queueing.contains_key(id));
        queue::prepare(self.accounts.mode(), queueing.keys().copied());
        queue::lock(&mut self.accounts, referrers());
        let keys: Vec<&str> = events.iter().filter_map(|event| event.key.as_deref()).collect();
        loop {
            let copies = self.accounts.copies(referrers());
            // Under the locks: whoever records an event of these referees meanwhile has waited for us, or we for them.
            let known = event::known(self.accounts.mode(), self.kind, &keys);
            let verdicts = if events.len() == 1 && !referrers().any(|id| self.accounts.may_rerate(id)) {
                let verdicts = self.decide(events, &referees, &queueing, known);
                let stored = match self.accounts.journal.is_indivisible() {
                    true => self.accounts.store().then_some(()),
                    false => subtransaction::all_or_nothing(|| self.accounts.store().then_some(())),
                };
                stored.map(|()| verdicts)
            } else {
                subtransaction::all_or_nothing(|| {
                    let verdicts = self.decide(events, &referees, &queueing, known);
                    self.accounts.store().then_some(verdicts)
                })
            };
            match verdicts {
                Some(verdicts) => return verdicts,
                // Somebody recorded one of the events for another referee, and has committed by now.
                None => self.accounts.restore(copies),
            }
        }
    }

    /// Takes back all that events of the same statement earned, after its accruals.
    pub fn reverse(&mut self, keys: &[String], reason: &str) -> Result<(), Error> {
        reverse::events_in(&mut self.accounts, self.kind, keys, Take::Rest, reason).map(|_| ())
    }

    /// Writes the standings.
    pub fn finish(self) {
        self.accounts.save();
    }

    /// Those of the referrers whose events wait, with their programs. A direct call waits for nobody, since it answers
    /// with a line; nor does an event of an account that this statement holds already.
    fn queueing(&self, referrer_ids: &HashSet<i64>) -> HashMap<i64, i32> {
        match self.bad_input {
            BadInput::Raise => HashMap::new(),
            BadInput::Record => {
                let not_held = referrer_ids.iter().copied().filter(|id| !self.accounts.holds(*id));
                queue::queueing(&not_held.collect())
            }
        }
    }

    fn decide(
        &mut self,
        events: &[Event],
        referees: &HashMap<String, Referee>,
        queueing: &HashMap<i64, i32>,
        mut known: Recorded,
    ) -> Vec<Verdict> {
        let now = now();
        events.iter().map(|event| self.decide_one(event, now, referees, queueing, &mut known)).collect()
    }

    fn decide_one(
        &mut self,
        event: &Event,
        now: Timestamp,
        referees: &HashMap<String, Referee>,
        queueing: &HashMap<i64, i32>,
        known: &mut Recorded,
    ) -> Verdict {
        let key = match sign_up::check_key(event.key.as_deref()) {
            Ok(key) => key,
            Err(problem) => return self.skip(problem),
        };
        let case = Case { kind: self.kind, key, event, bad_input: self.bad_input };
        let referee = event.referee.as_ref().and_then(|user_key| referees.get(user_key));
        let referee_id = referee.map(|referee| referee.participant_id);
        if let Some(recorded) = known.get(key) {
            return judge::known(&mut self.accounts, &case, recorded, referee_id);
        }
        let Some(tie) = referee.and_then(|referee| Some(referee.tie?.0)) else {
            let reason = if referee.is_none() { Refusal::UnknownReferee } else { Refusal::NoReferrer };
            return judge::untied(&mut self.accounts, &case, referee_id, reason);
        };
        if let Some(program_id) = queueing.get(&tie.referrer_id) {
            queue::wait(&mut self.accounts.journal, self.kind, event, tie, *program_id);
            return Verdict::Queued;
        }
        judge::tied(&mut self.accounts, &case, tie, now, None, known)
    }

    fn skip(&mut self, problem: KeyProblem) -> Verdict {
        let table = self.table.and_then(attachment::name);
        self.accounts.journal.record(records::skipped(problem, table));
        Verdict::Skipped
    }
}

/// Accrues one event for a direct call; gives the referrer's line, or `None` if it is refused.
pub fn one(kind: &str, event: Event) -> Result<Option<i64>, Error> {
    let key = event.key.clone().unwrap_or_default();
    let mut accruer = Accruer::new(kind, None, BadInput::Raise);
    let verdict = accruer.accrue(&[event]).pop().expect("one event has one verdict");
    let mode = accruer.accounts.mode();
    accruer.finish();
    match verdict {
        Verdict::Accrued => Ok(line_of(mode, kind, &key)),
        Verdict::Known(id) => Ok(id),
        Verdict::Refused(Refusal::AmountOutOfRange) => Err(Error::EarningsOutOfRange),
        Verdict::Refused(_) | Verdict::Skipped | Verdict::Queued => Ok(None),
        Verdict::Conflict { recorded, sent } => {
            Err(Error::ConflictingEvent { kind: kind.to_owned(), key, recorded, sent })
        }
    }
}

/// Sends the sign-up of a referee again, after it was refused; gives the referrer's line.
pub fn sign_up(user_key: &str) -> Result<Option<i64>, Error> {
    let mut accounts = Accounts::new(environment::mode());
    let mode = accounts.mode();
    let referee = attribution::referees(&[user_key]).remove(user_key);
    let refused = |referee_id: Option<i64>, reason| {
        let event_key = referee_id.map(|id| id.to_string()).unwrap_or_default();
        let detail = records::event(SIGN_UP, &event_key, Amount::Absent, None);
        ledger::note(&records::refused(mode, referee_id, None, reason, detail));
        Ok(None)
    };
    let Some(referee) = referee else { return refused(None, Refusal::UnknownReferee) };
    let Some((tie, made_in)) = referee.tie else {
        return refused(Some(referee.participant_id), Refusal::NoReferrer);
    };
    let key = referee.participant_id.to_string();
    queue::lock(&mut accounts, [tie.referrer_id].into_iter());
    if let Some(id) = line_of(mode, SIGN_UP, &key) {
        // What waited for the referrer may have been settled, this sign-up among it.
        accounts.save();
        return Ok(Some(id));
    }
    let state = if made_in == mode { TieState::Counted } else { TieState::Apart };
    let occurrence = Occurrence::sign_up(&key, referee.participant_id, tie.attributed_at, state);
    let accrued = accounts.occur(tie.referrer_id, &occurrence).is_ok();
    // Under the lock of the only referrer that a sign-up can have, nobody else records it.
    accounts.store();
    accounts.save();
    Ok(if accrued { line_of(mode, SIGN_UP, &key) } else { None })
}

fn line_of(mode: Mode, kind: &str, key: &str) -> Option<i64> {
    event::known(mode, kind, &[key]).remove(key).and_then(|known| known.commission_id)
}
