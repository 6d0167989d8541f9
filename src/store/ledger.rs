//! The audit log and the ledger: appended to together, a line under the id of its audit row.

use super::statement::{Statement, first, required};
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use crate::pg::numeric::Numeric;
use pgrx::JsonB;
use pgrx::datum::DatumWithOid;
use rust_decimal::Decimal;

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

/// A ledger line to be. All fields are columns of referrals.commission, and documented there.
pub struct Line {
    pub mode: Mode,
    pub kind: &'static str,
    pub side: &'static str,
    pub program_id: i32,
    pub plan_version: i32,
    pub referrer_id: i64,
    pub referee_id: i64,
    pub event_kind: String,
    pub event_key: String,
    pub volume_before: Decimal,
    pub tier: Option<String>,
    pub basis: &'static str,
    pub rate: Option<Decimal>,
    pub amount: Decimal,
    pub currency: String,
    pub occurred_at: Timestamp,
    pub payable_at: Timestamp,
    pub note: Option<&'static str>,
}

/// Appends records in their order; ids grow in that order.
pub fn append(records: &[Record]) {
    match records {
        [] => (),
        [Record { line: Some(line), action, .. }] => append_line(action, line),
        [one] => append_plain(one),
        many => append_many(many),
    }
}

fn append_line(action: &'static str, line: &Line) {
    static APPEND: Statement = Statement(include_str!("sql/append_line.sql"));
    APPEND.write(
        &[
            action.into(),
            line.mode.as_str().into(),
            line.kind.into(),
            line.side.into(),
            line.program_id.into(),
            line.plan_version.into(),
            line.referrer_id.into(),
            line.referee_id.into(),
            line.event_kind.as_str().into(),
            line.event_key.as_str().into(),
            Numeric(line.volume_before).into(),
            line.tier.as_deref().into(),
            line.basis.into(),
            line.rate.map(Numeric).into(),
            Numeric(line.amount).into(),
            line.currency.as_str().into(),
            line.occurred_at.into(),
            line.payable_at.into(),
            line.note.into(),
        ],
        |_| (),
    );
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

fn append_many(records: &[Record]) {
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
            of(&lines, |line| line.kind),
            of(&lines, |line| line.side),
            of(&lines, |line| line.program_id),
            of(&lines, |line| line.plan_version),
            of(&lines, |line| line.referrer_id),
            of(&lines, |line| line.referee_id),
            of(&lines, |line| line.event_kind.clone()),
            of(&lines, |line| line.event_key.clone()),
            of(&lines, |line| Numeric(line.volume_before)),
            of(&lines, |line| line.tier.clone()),
            of(&lines, |line| line.basis),
            of(&lines, |line| line.rate.map(Numeric)),
            of(&lines, |line| Numeric(line.amount)),
            of(&lines, |line| line.currency.clone()),
            of(&lines, |line| line.occurred_at),
            of(&lines, |line| line.payable_at),
            of(&lines, |line| line.note),
        ],
        |_| (),
    );
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
