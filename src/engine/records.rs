//! Audit rows: which action, about whom, with which detail. Details never hold a user_key.

use crate::domain::book::Entry;
use crate::domain::code;
use crate::domain::eligibility::{Amount, Refusal};
use crate::domain::mode::Mode;
use crate::domain::sign_up::{CodeProblem, KeyProblem, Untied};
use crate::domain::standing::Standing;
use crate::domain::timestamp::Timestamp;
use crate::store::ledger::Record;
use serde_json::{Map, Value, json};

/// A row about something that holds in both modes.
pub fn entry(action: &'static str, participant_id: Option<i64>, program_id: Option<i32>, detail: Value) -> Record {
    Record { action, mode: None, participant_id, program_id, detail: Some(detail), line: None }
}

/// A sign-up that could not be registered.
pub fn skipped(problem: KeyProblem, table: Option<String>) -> Record {
    entry("skipped", None, None, json!({"reason": problem.as_str(), "table": table}))
}

/// A whole statement that could not be registered, since a column that the trigger reads is gone.
pub fn column_missing(column: &str, table: Option<String>) -> Record {
    entry("skipped", None, None, json!({"reason": "column_missing", "column": column, "table": table}))
}

/// A whole statement whose events could not be accrued.
pub fn skipped_statement(reason: &'static str, what: &str, table: Option<String>) -> Record {
    let what: String = what.chars().take(200).collect();
    entry("skipped", None, None, json!({"reason": reason, "what": what, "table": table}))
}

/// An event that could not be judged, since a condition raised an error on its row. What was raised may quote the row, so
/// it is not kept.
pub fn skipped_row(kind: &str, event_key: Option<&str>, table: Option<&str>) -> Record {
    let detail = json!({"event_kind": kind, "reason": "condition_failed", "event_key": event_key, "table": table});
    entry("skipped", None, None, detail)
}

/// A wanted code that was not given.
pub fn code_refused(participant_id: i64, problem: CodeProblem, wanted: &str) -> Record {
    let detail = json!({"reason": problem.as_str(), "wanted": code::excerpt(wanted)});
    entry("code_refused", Some(participant_id), None, detail)
}

/// A time of a sign-up or an event that cannot be one; now was used.
pub fn time_refused(participant_id: Option<i64>, given: Timestamp) -> Record {
    entry("time_refused", participant_id, None, json!({"given": given.to_string()}))
}

/// A sign-up that named a code and was not tied.
pub fn untied(participant_id: i64, reason: Untied, named: &str) -> Record {
    entry("untied", Some(participant_id), None, json!({"reason": reason.as_str(), "code": code::excerpt(named)}))
}

/// A participant whom support staff tied to a referrer.
pub fn attributed(participant_id: i64, referrer_id: i64, reason: &str) -> Record {
    entry("attributed", Some(participant_id), None, json!({"referrer": referrer_id, "reason": reason}))
}

/// An event that earned no line, because of what it is.
pub fn refused(
    mode: Mode,
    referee_id: Option<i64>,
    program_id: Option<i32>,
    reason: Refusal,
    mut detail: Map<String, Value>,
) -> Record {
    detail.insert("reason".to_owned(), reason.as_str().into());
    Record { mode: Some(mode), ..entry("refused", referee_id, program_id, detail.into()) }
}

/// What the audit says of an event: kind and key, and its amount and currency if it has them.
pub fn event(kind: &str, key: &str, amount: Amount, currency: Option<&str>) -> Map<String, Value> {
    let facts = [
        ("event_kind", Some(kind.to_owned())),
        ("event_key", Some(key.to_owned())),
        ("amount", in_words(amount)),
        // Whatever somebody sends, an audit row stays small.
        ("currency", currency.map(|given| given.chars().take(40).collect())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

/// What became of a payout, and of whose.
pub fn of_payout(action: &'static str, payee_id: i64, detail: Value) -> Record {
    Record { mode: Some(Mode::Live), ..entry(action, Some(payee_id), None, detail) }
}

/// The content of an event, by which one that is sent again is compared.
pub fn content(referee: Value, amount: Amount, currency: Option<&str>, at: Option<Timestamp>) -> Value {
    json!({
        "referee": referee,
        "amount": in_words(amount),
        "currency": currency,
        "occurred_at": at.map(|at| at.to_string()),
    })
}

fn in_words(amount: Amount) -> Option<String> {
    match amount {
        Amount::Absent => None,
        Amount::Given(amount) => Some(amount.normalize().to_string()),
        Amount::Unusable => Some("not a number that fits".to_owned()),
    }
}

/// The record of what became of an account.
pub fn of_entry(mode: Mode, referrer_id: i64, written: Entry) -> Record {
    match written {
        Entry::Line(line) => Record {
            action: line.kind.as_str(),
            mode: Some(mode),
            participant_id: None,
            program_id: None,
            detail: None,
            line: Some(line),
        },
        Entry::Refused { event_kind, event_key, referee_id, program_id, amount, currency, reason } => refused(
            mode,
            Some(referee_id),
            Some(program_id),
            reason,
            event(&event_kind, &event_key, amount, currency.as_deref()),
        ),
        Entry::TierChanged { before, after } => tier_changed(mode, referrer_id, before, &after),
    }
}

/// A referrer who reached, or left, a tier.
fn tier_changed(mode: Mode, referrer_id: i64, before: Option<String>, after: &Standing) -> Record {
    let detail = json!({
        "from": before,
        "to": after.tier,
        "volume": after.volume.normalize().to_string(),
        "plan_version": after.place.map(|place| place.plan_version),
    });
    let program_id = after.place.map(|place| place.program_id);
    Record { mode: Some(mode), ..entry("tier_changed", Some(referrer_id), program_id, detail) }
}
