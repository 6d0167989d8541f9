//! The audit log and the ledger: appended to together, a line under the id of its audit row.

use super::statement::{Statement, first, required};
use crate::domain::line::Line;
use crate::domain::mode::Mode;
use crate::domain::rating::Note;
use crate::pg::numeric::Numeric;
use pgrx::JsonB;
use pgrx::datum::DatumWithOid;

/// One audit row, and the ledger line that it records, if it records one.
pub struct Record {
    /// What happened, such as `refused`.
    pub action: &'static str,
    /// The mode, for what concerns money.
    pub mode: Option<Mode>,
    /// Whom it is about; `None` for a line.
    pub participant_id: Option<i64>,
    /// The program it is about; `None` for a line.
    pub program_id: Option<i32>,
    /// Figures and reasons; `None` for a line.
    pub detail: Option<serde_json::Value>,
    /// The line.
    pub line: Option<Line>,
}

/// Appends records in their order; ids grow in that order. False if an event among them was recorded by somebody else
/// meanwhile: then its line was left out.
#[must_use]
pub fn append(records: &[Record]) -> bool {
    match records {
        [] => true,
        [one] if one.line.is_none() => {
            append_plain(one);
            true
        }
        many => append_many(many),
    }
}

/// Appends a record that is no line.
pub fn note(record: &Record) {
    append_plain(record);
}

/// Appends records that are no lines.
pub fn notes(records: &[Record]) {
    // Only an event can be somebody else's already.
    let _ = append(records);
}

fn append_plain(record: &Record) {
    static APPEND: Statement = Statement(
        "INSERT INTO referrals.audit_log (action, mode, participant_id, program_id, detail) VALUES ($1, $2, $3, $4, $5)",
    );
    APPEND.write(
        &[
            record.action.into(),
            record.mode.map(Mode::as_str).into(),
            record.participant_id.into(),
            record.program_id.into(),
            record.detail.clone().map(JsonB).into(),
        ],
        |_| (),
    );
}

fn append_many(records: &[Record]) -> bool {
    static APPEND: Statement = Statement(include_str!("sql/append_many.sql"));
    let lines: Vec<(i64, &Line)> =
        (1..).zip(records).filter_map(|(place, record)| Some((place, record.line.as_ref()?))).collect();
    /// One column of all the lines, as an array.
    fn of<'a, T>(lines: &[(i64, &'a Line)], column: impl Fn(&'a Line) -> T) -> DatumWithOid<'static>
    where
        Vec<T>: Into<DatumWithOid<'static>>,
    {
        lines.iter().map(|(_, line)| column(line)).collect::<Vec<T>>().into()
    }
    APPEND.write(
        &[
            records.iter().map(|record| record.action).collect::<Vec<_>>().into(),
            records.iter().map(|record| record.mode.map(Mode::as_str)).collect::<Vec<_>>().into(),
            records.iter().map(|record| record.participant_id).collect::<Vec<_>>().into(),
            records.iter().map(|record| record.program_id).collect::<Vec<_>>().into(),
            records.iter().map(|record| record.detail.as_ref().map(ToString::to_string)).collect::<Vec<_>>().into(),
            lines.iter().map(|(place, _)| *place).collect::<Vec<_>>().into(),
            of(&lines, |line| line.mode.as_str()),
            of(&lines, |line| line.kind.as_str()),
            of(&lines, |line| line.side.as_str()),
            of(&lines, |line| line.program_id),
            of(&lines, |line| line.plan_version),
            of(&lines, |line| line.referrer_id),
            of(&lines, |line| line.referee_id),
            of(&lines, |line| line.event_kind.clone()),
            of(&lines, |line| line.event_key.clone()),
            of(&lines, |line| Numeric(line.volume_before)),
            of(&lines, |line| line.tier.clone()),
            of(&lines, |line| line.basis.in_ledger().0),
            of(&lines, |line| line.basis.in_ledger().1.map(Numeric)),
            of(&lines, |line| line.base_amount.map(Numeric)),
            of(&lines, |line| Numeric(line.amount)),
            of(&lines, |line| line.currency.to_string()),
            of(&lines, |line| line.occurred_at),
            of(&lines, |line| line.payable_at),
            of(&lines, |line| line.note.map(Note::as_str)),
            of(&lines, |line| line.reason.clone()),
            of(&lines, |line| line.corrects.map(|edge| edge.commission_id)),
            of(&lines, |line| line.corrects.and_then(|edge| edge.refunded).map(Numeric)),
            of(&lines, |line| line.corrects.is_some_and(|edge| edge.in_full)),
        ],
        |rows| first(rows, |row| required::<i64>(row, 1)) == Some(lines.len() as i64),
    )
}

/// Deletes all mock lines, with their reversals and audit rows; gives the number of lines.
pub fn delete_mock() -> i64 {
    static REVERSALS: Statement = Statement("DELETE FROM referrals.reversal WHERE mode = 'mock'");
    static LINES: Statement = Statement(
        "WITH deleted AS (DELETE FROM referrals.commission WHERE mode = 'mock' RETURNING 1)
         SELECT count(*) FROM deleted",
    );
    // Not the audit rows of lines that were committed since the statement before began.
    static AUDIT: Statement = Statement(
        "DELETE FROM referrals.audit_log AS audit WHERE mode = 'mock'
         AND NOT EXISTS (SELECT FROM referrals.commission AS line WHERE line.commission_id = audit.audit_id)",
    );
    REVERSALS.write(&[], |_| ());
    let lines = LINES.write(&[], |rows| first(rows, |row| required(row, 1)).expect("count gives a row"));
    AUDIT.write(&[], |_| ());
    lines
}
