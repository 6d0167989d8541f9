//! Audit rows: which action, about whom, with which detail. Details never hold a user_key.

use crate::domain::code;
use crate::domain::currency::Currency;
use crate::domain::mode::Mode;
use crate::domain::plan::{PlanVersion, Rate, SIGN_UP};
use crate::domain::rating::{Note, Rating, Refusal};
use crate::domain::sign_up::{CodeProblem, KeyProblem, Untied};
use crate::domain::standing::Standing;
use crate::domain::timestamp::Timestamp;
use crate::store::attribution::Tie;
use crate::store::ledger::{Line, Record};
use rust_decimal::Decimal;
use serde_json::{Value, json};

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

/// A wanted code that was not given.
pub fn code_refused(participant_id: i64, problem: CodeProblem, wanted: &str) -> Record {
    let detail = json!({"reason": problem.as_str(), "wanted": code::excerpt(wanted)});
    entry("code_refused", Some(participant_id), None, detail)
}

/// A time of sign-up that cannot be one; now was used.
pub fn time_refused(participant_id: i64, given: Timestamp) -> Record {
    entry("time_refused", Some(participant_id), None, json!({"given": given.to_string()}))
}

/// A sign-up that named a code and was not tied.
pub fn untied(participant_id: i64, reason: Untied, named: &str) -> Record {
    entry("untied", Some(participant_id), None, json!({"reason": reason.as_str(), "code": code::excerpt(named)}))
}

/// A sign-up that earned no line.
pub fn refused(mode: Mode, referee_id: i64, program_id: i32, reason: Refusal) -> Record {
    let detail = json!({"reason": reason.as_str(), "event_kind": SIGN_UP, "event_key": referee_id.to_string()});
    Record { mode: Some(mode), ..entry("refused", Some(referee_id), Some(program_id), detail) }
}

/// A referrer who reached, or left, a tier.
pub fn tier_changed(mode: Mode, referrer_id: i64, before: &Standing, after: &Standing) -> Record {
    let detail = json!({
        "from": before.tier,
        "to": after.tier,
        "volume": after.volume.normalize().to_string(),
        "plan_version": after.place.map(|place| place.plan_version),
    });
    let program_id = after.place.map(|place| place.program_id);
    Record { mode: Some(mode), ..entry("tier_changed", Some(referrer_id), program_id, detail) }
}

/// The line that a sign-up earns its referrer.
pub fn accrual(
    mode: Mode,
    tie: Tie,
    program_id: i32,
    version: &PlanVersion,
    before: Decimal,
    rating: Rating,
) -> Record {
    let Currency { code: currency, .. } = version.plan.currency.clone();
    let (basis, rate) = match rating.rate {
        Some(Rate::Flat(amount)) => ("flat", Some(amount)),
        None => ("none", None),
    };
    let line = Line {
        mode,
        kind: "accrual",
        side: "referrer",
        program_id,
        plan_version: version.version,
        referrer_id: tie.referrer_id,
        referee_id: tie.referee_id,
        event_kind: SIGN_UP.to_owned(),
        event_key: tie.referee_id.to_string(),
        volume_before: before,
        tier: rating.tier,
        basis,
        rate,
        amount: rating.amount,
        currency,
        occurred_at: tie.attributed_at,
        payable_at: tie.attributed_at.plus_days(version.plan.hold_days),
        note: rating.note.map(Note::as_str),
    };
    Record {
        action: "accrual",
        mode: Some(mode),
        participant_id: None,
        program_id: None,
        detail: None,
        line: Some(line),
    }
}
