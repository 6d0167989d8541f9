//! Accrues events: rates each once, for ever, and records why the others earn nothing.
//! The one path for a direct call, a single row and a COPY of a million.

use super::accounts::Accounts;
use super::environment;
use super::error::Error;
use super::register::BadInput;
use super::{records, reverse};
use crate::domain::eligibility::{Amount, Occurrence, Refusal, TieState};
use crate::domain::event::{Event, Known};
use crate::domain::mode::Mode;
use crate::domain::plan::SIGN_UP;
use crate::domain::reversal::Take;
use crate::domain::sign_up::{self, KeyProblem};
use crate::domain::timestamp::Timestamp;
use crate::pg::timestamp::now;
use crate::pg::{memory, subtransaction};
use crate::store::attribution::{self, Referee};
use crate::store::{attachment, event, ledger, participant};
use pgrx::pg_sys::Oid;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It earned its lines.
    Accrued,
    /// It had earned them before.
    Known(Option<i64>),
    /// It earned none.
    Refused(Refusal),
    /// It has no key by which it could be recorded.
    Skipped,
    /// It was recorded with other content; both in words.
    Conflict { recorded: String, sent: String },
}

/// Accrues the events of one statement, batch by batch. What it did is complete after [`Accruer::finish`].
pub struct Accruer<'a> {
    kind: &'a str,
    table: Option<Oid>,
    bad_input: BadInput,
    accounts: Accounts,
}

/// Events that have their lines, by key.
type Recorded = HashMap<String, Known>;

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
        self.accounts.lock(of_referees.chain(of_lines));
    }

    /// Accrues a batch, in its order.
    pub fn accrue(&mut self, events: &[Event]) -> Vec<Verdict> {
        memory::scratch(|| self.accrue_batch(events))
    }

    fn accrue_batch(&mut self, events: &[Event]) -> Vec<Verdict> {
        let keys: Vec<&str> = events.iter().filter_map(|event| event.referee.as_deref()).collect();
        let referees = attribution::referees(&keys);
        let referrers = || referees.values().filter_map(|referee| Some(referee.tie?.0.referrer_id));
        self.accounts.lock(referrers());
        let keys: Vec<&str> = events.iter().filter_map(|event| event.key.as_deref()).collect();
        loop {
            let copies = self.accounts.copies(referrers());
            // Under the locks: whoever records an event of these referees meanwhile has waited for us, or we for them.
            let known = event::known(self.accounts.mode(), self.kind, &keys);
            let verdicts = if events.len() == 1 && !referrers().any(|id| self.accounts.may_rerate(id)) {
                let verdicts = self.decide(events, &referees, known);
                let stored = match self.accounts.journal.is_indivisible() {
                    true => self.accounts.store().then_some(()),
                    false => subtransaction::all_or_nothing(|| self.accounts.store().then_some(())),
                };
                stored.map(|()| verdicts)
            } else {
                subtransaction::all_or_nothing(|| {
                    let verdicts = self.decide(events, &referees, known);
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

    fn decide(&mut self, events: &[Event], referees: &HashMap<String, Referee>, mut known: Recorded) -> Vec<Verdict> {
        let now = now();
        let mut verdicts = Vec::with_capacity(events.len());
        for event in events {
            verdicts.push(self.decide_one(event, now, referees, &mut known));
        }
        verdicts
    }

    fn decide_one(
        &mut self,
        event: &Event,
        now: Timestamp,
        referees: &HashMap<String, Referee>,
        known: &mut Recorded,
    ) -> Verdict {
        let key = match sign_up::check_key(event.key.as_deref()) {
            Ok(key) => key,
            Err(problem) => return self.skip(problem),
        };
        let referee = event.referee.as_ref().and_then(|user_key| referees.get(user_key));
        let referee_id = referee.map(|referee| referee.participant_id);
        if let Some(recorded) = known.get(key) {
            return self.known(recorded, key, event, referee_id);
        }
        if let Some(given) = event.at.filter(|at| !at.is_usable()) {
            self.accounts.journal.record(records::time_refused(referee_id, given));
        }
        let Some(referee) = referee else { return self.refuse(event, key, None, Refusal::UnknownReferee) };
        let Some((tie, _)) = referee.tie else { return self.refuse(event, key, referee_id, Refusal::NoReferrer) };
        let occurrence = Occurrence {
            kind: self.kind,
            key,
            referee_id: referee.participant_id,
            at: event.at.filter(|at| at.is_usable()).unwrap_or(now),
            amount: event.amount,
            currency: event.currency(),
            tied_at: tie.attributed_at,
            tie: TieState::Apart,
        };
        match self.accounts.occur(tie.referrer_id, &occurrence) {
            Err(reason) => Verdict::Refused(reason),
            Ok(currency) => {
                let recorded = Known {
                    commission_id: None,
                    referee_id: referee.participant_id,
                    amount: event.amount.given(),
                    currency: currency.to_string(),
                    at: occurrence.at,
                };
                known.insert(key.to_owned(), recorded);
                Verdict::Accrued
            }
        }
    }

    fn skip(&mut self, problem: KeyProblem) -> Verdict {
        let table = self.table.and_then(attachment::name);
        self.accounts.journal.record(records::skipped(problem, table));
        Verdict::Skipped
    }

    fn refuse(&mut self, event: &Event, key: &str, referee_id: Option<i64>, reason: Refusal) -> Verdict {
        let detail = records::event(self.kind, key, event.amount, event.currency());
        self.accounts.journal.record(records::refused(self.accounts.mode(), referee_id, None, reason, detail));
        Verdict::Refused(reason)
    }

    /// An event that has its line: nothing happens if it is sent again as it was.
    fn known(&mut self, recorded: &Known, key: &str, event: &Event, referee_id: Option<i64>) -> Verdict {
        if recorded.is_same(event, referee_id) {
            return Verdict::Known(recorded.commission_id);
        }
        // The audit names people by number alone, an error whoever asks by the key that they sent.
        let (before, after): (Value, Value) = match self.bad_input {
            BadInput::Record => (recorded.referee_id.into(), referee_id.into()),
            BadInput::Raise => {
                let key = participant::keys(&[recorded.referee_id]).remove(&recorded.referee_id);
                (key.flatten().into(), event.referee.clone().into())
            }
        };
        let amount = recorded.amount.map_or(Amount::Absent, Amount::Given);
        let recorded = records::content(before, amount, Some(&recorded.currency), Some(recorded.at));
        let sent = records::content(after, event.amount, event.currency(), event.at);
        if self.bad_input == BadInput::Record {
            let mut detail = records::event(self.kind, key, Amount::Absent, None);
            detail.insert("recorded".to_owned(), recorded.clone());
            detail.insert("sent".to_owned(), sent.clone());
            let reason = Refusal::ConflictingEvent;
            self.accounts.journal.record(records::refused(self.accounts.mode(), referee_id, None, reason, detail));
        }
        Verdict::Conflict { recorded: recorded.to_string(), sent: sent.to_string() }
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
        Verdict::Refused(_) | Verdict::Skipped => Ok(None),
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
    accounts.lock([tie.referrer_id].into_iter());
    if let Some(id) = line_of(mode, SIGN_UP, &key) {
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
