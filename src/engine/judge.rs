//! What becomes of one event: whether it has its lines already, and else what it earns or why nothing.

use super::accounts::Accounts;
use super::records;
use super::register::BadInput;
use crate::domain::eligibility::{Amount, Occurrence, Refusal, TieState};
use crate::domain::event::{Event, Known};
use crate::domain::plan::Program;
use crate::domain::timestamp::Timestamp;
use crate::store::attribution::Tie;
use crate::store::participant;
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It earned its lines.
    Accrued,
    /// It had earned them before.
    Known(Option<i64>),
    /// It earned none.
    Refused(Refusal),
    /// It waits to be accrued.
    Queued,
    /// It has no key by which it could be recorded.
    Skipped,
    /// It was recorded with other content; both in words.
    Conflict { recorded: String, sent: String },
}

/// Events that have their lines, by key.
pub type Recorded = HashMap<String, Known>;

/// An event whose key can be used.
pub struct Case<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its key.
    pub key: &'a str,
    /// What was sent.
    pub event: &'a Event,
    /// What to do if it was recorded with other content.
    pub bad_input: BadInput,
}

/// An event that has its line: nothing happens if it is sent again as it was.
pub fn known(accounts: &mut Accounts, case: &Case, recorded: &Known, referee_id: Option<i64>) -> Verdict {
    let event = case.event;
    if recorded.is_same(event, referee_id) {
        return Verdict::Known(recorded.commission_id);
    }
    // The audit names people by number alone, an error whoever asks by the key that they sent.
    let (before, after): (Value, Value) = match case.bad_input {
        BadInput::Record => (recorded.referee_id.into(), referee_id.into()),
        BadInput::Raise => {
            let key = participant::keys(&[recorded.referee_id]).remove(&recorded.referee_id);
            (key.flatten().into(), event.referee.clone().into())
        }
    };
    let amount = recorded.amount.map_or(Amount::Absent, Amount::Given);
    let recorded = records::content(before, amount, Some(&recorded.currency), Some(recorded.at));
    let sent = records::content(after, event.amount, event.currency(), event.at);
    if case.bad_input == BadInput::Record {
        let mut detail = records::event(case.kind, case.key, Amount::Absent, None);
        detail.insert("recorded".to_owned(), recorded.clone());
        detail.insert("sent".to_owned(), sent.clone());
        let reason = Refusal::ConflictingEvent;
        accounts.journal.record(records::refused(accounts.mode(), referee_id, None, reason, detail));
    }
    Verdict::Conflict { recorded: recorded.to_string(), sent: sent.to_string() }
}

/// An event of somebody who is not known, or whom nobody referred.
pub fn untied(accounts: &mut Accounts, case: &Case, referee_id: Option<i64>, reason: Refusal) -> Verdict {
    record_time(accounts, case.event, referee_id);
    let detail = records::event(case.kind, case.key, case.event.amount, case.event.currency());
    accounts.journal.record(records::refused(accounts.mode(), referee_id, None, reason, detail));
    Verdict::Refused(reason)
}

/// An event of a referee whose referrer is locked. `arrived_at` is when it happened if it does not say; `program` the one
/// that it met, if not that of now.
pub fn tied(
    accounts: &mut Accounts,
    case: &Case,
    tie: Tie,
    arrived_at: Timestamp,
    program: Option<Rc<Program>>,
    known: &mut Recorded,
) -> Verdict {
    let event = case.event;
    record_time(accounts, event, Some(tie.referee_id));
    let occurrence = Occurrence {
        kind: case.kind,
        key: case.key,
        referee_id: tie.referee_id,
        at: event.at.filter(|at| at.is_usable()).unwrap_or(arrived_at),
        amount: event.amount,
        currency: event.currency(),
        tied_at: tie.attributed_at,
        tie: TieState::Apart,
    };
    let occurred = match program {
        None => accounts.occur(tie.referrer_id, &occurrence),
        Some(program) => accounts.occur_in(program, tie.referrer_id, &occurrence),
    };
    match occurred {
        Err(reason) => Verdict::Refused(reason),
        Ok(currency) => {
            let recorded = Known {
                commission_id: None,
                referee_id: tie.referee_id,
                amount: event.amount.given(),
                currency: currency.to_string(),
                at: occurrence.at,
            };
            known.insert(case.key.to_owned(), recorded);
            Verdict::Accrued
        }
    }
}

/// Says that an event's own time cannot be used.
fn record_time(accounts: &mut Accounts, event: &Event, referee_id: Option<i64>) {
    if let Some(given) = event.at.filter(|at| !at.is_usable()) {
        accounts.journal.record(records::time_refused(referee_id, given));
    }
}
