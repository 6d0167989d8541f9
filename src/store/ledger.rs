//! The audit log and the ledger: appended to together, a line under the id of its audit row.

use super::audit_id;
use super::statement::{Statement, first, required};
use crate::domain::line::{Edge, Line};
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
        "INSERT INTO referrals.audit_log (audit_id, action, mode, participant_id, program_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6)",
    );
    APPEND.write(
        &[
            audit_id::next().into(),
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
    let numbered: Vec<(i64, &Record)> = records.iter().map(|record| (audit_id::next(), record)).collect();
    append_audit(&numbered);
    let mut lines: Vec<(i64, &Line)> =
        numbered.iter().filter_map(|(id, record)| Some((*id, record.line.as_ref()?))).collect();
    // In the order of the keys, so that two statements with the same events do not wait for each other crosswise.
    lines.sort_by(|(_, one), (_, other)| one.event_key.cmp(&other.event_key));
    let is_complete = append_lines(&lines);
    append_edges(&lines);
    is_complete
}

/// One column of many rows, as an array.
fn column_of<'a, R: Copy + 'a, T>(rows: &'a [R], column: impl Fn(R) -> T) -> DatumWithOid<'static>
where
    Vec<T>: Into<DatumWithOid<'static>>,
{
    rows.iter().map(|row| column(*row)).collect::<Vec<T>>().into()
}

fn append_audit(records: &[(i64, &Record)]) {
    static APPEND: Statement = Statement(
        "INSERT INTO referrals.audit_log (audit_id, action, mode, participant_id, program_id, detail)
         SELECT given.audit_id, given.action, given.mode, given.participant_id, given.program_id, given.detail::jsonb
         FROM unnest($1, $2, $3, $4, $5, $6) AS given (audit_id, action, mode, participant_id, program_id, detail)",
    );
    APPEND.write(
        &[
            column_of(records, |(id, _)| id),
            column_of(records, |(_, record)| record.action),
            column_of(records, |(_, record)| record.mode.map(Mode::as_str)),
            column_of(records, |(_, record)| record.participant_id),
            column_of(records, |(_, record)| record.program_id),
            column_of(records, |(_, record)| record.detail.as_ref().map(ToString::to_string)),
        ],
        |_| (),
    );
}

/// False if an event has its line already.
fn append_lines(lines: &[(i64, &Line)]) -> bool {
    static APPEND: Statement = Statement(include_str!("sql/append_lines.sql"));
    if lines.is_empty() {
        return true;
    }
    APPEND.write(
        &[
            column_of(lines, |(id, _)| id),
            column_of(lines, |(_, line)| line.mode.as_str()),
            column_of(lines, |(_, line)| line.kind.as_str()),
            column_of(lines, |(_, line)| line.side.as_str()),
            column_of(lines, |(_, line)| line.program_id),
            column_of(lines, |(_, line)| line.plan_version),
            column_of(lines, |(_, line)| line.referrer_id),
            column_of(lines, |(_, line)| line.referee_id),
            column_of(lines, |(_, line)| line.event_kind.clone()),
            column_of(lines, |(_, line)| line.event_key.clone()),
            column_of(lines, |(_, line)| Numeric(line.volume_before)),
            column_of(lines, |(_, line)| line.tier.clone()),
            column_of(lines, |(_, line)| line.basis.in_ledger().0),
            column_of(lines, |(_, line)| line.basis.in_ledger().1.map(Numeric)),
            column_of(lines, |(_, line)| line.base_amount.map(Numeric)),
            column_of(lines, |(_, line)| Numeric(line.amount)),
            column_of(lines, |(_, line)| line.currency.to_string()),
            column_of(lines, |(_, line)| line.occurred_at),
            column_of(lines, |(_, line)| line.payable_at),
            column_of(lines, |(_, line)| line.note.map(Note::as_str)),
            column_of(lines, |(_, line)| line.reason.clone()),
        ],
        |rows| rows.len() == lines.len(),
    )
}

/// The edges from corrections to what they correct.
fn append_edges(lines: &[(i64, &Line)]) {
    static APPEND: Statement = Statement(
        "INSERT INTO referrals.reversal (correction_id, commission_id, mode, refunded, in_full)
         SELECT given.correction_id, given.commission_id, given.mode, given.refunded, given.in_full
         FROM unnest($1, $2, $3, $4, $5) AS given (correction_id, commission_id, mode, refunded, in_full)",
    );
    let edges: Vec<(i64, &Line, Edge)> =
        lines.iter().filter_map(|(id, line)| Some((*id, *line, line.corrects?))).collect();
    if edges.is_empty() {
        return;
    }
    APPEND.write(
        &[
            column_of(&edges, |(id, ..)| id),
            column_of(&edges, |(_, _, edge)| edge.commission_id),
            column_of(&edges, |(_, line, _)| line.mode.as_str()),
            column_of(&edges, |(_, _, edge)| edge.refunded.map(Numeric)),
            column_of(&edges, |(_, _, edge)| edge.in_full),
        ],
        |_| (),
    );
}

/// How many records of a referee's events name this as the key of the event.
pub fn events_named(key: &str, referee_id: i64) -> i64 {
    static NAMED: Statement = Statement(include_str!("sql/events_named.sql"));
    NAMED.write(&[key.into(), referee_id.into()], |rows| first(rows, |row| required(row, 1))).unwrap_or(0)
}

/// What the calling query sees, to tell later what came after it.
pub fn seen_now() -> String {
    static SEEN: Statement = Statement("SELECT pg_current_snapshot()::text");
    let mut seen = String::new();
    SEEN.stream(&[], |row| seen = required(row, 1));
    seen
}

/// Deletes the mock lines of referrers, with their edges, and the mock audit rows that are of no line then; gives the
/// number of lines. The caller has locked the standings, so nobody adds to these lines meanwhile. What was recorded of
/// others since `seen` stays.
pub fn delete_mock(referrer_ids: &[i64], seen: &str) -> i64 {
    static EDGES: Statement = Statement(
        "DELETE FROM referrals.reversal AS edge
         USING referrals.commission AS line JOIN unnest($1) AS locked (referrer_id) USING (referrer_id)
         WHERE edge.mode = 'mock' AND line.commission_id = edge.correction_id AND line.mode = edge.mode",
    );
    static LINES: Statement = Statement(
        "DELETE FROM referrals.commission AS line USING unnest($1) AS locked (referrer_id)
         WHERE line.mode = 'mock' AND line.referrer_id = locked.referrer_id",
    );
    static AUDIT: Statement = Statement(include_str!("sql/delete_mock_audit.sql"));
    EDGES.write(&[referrer_ids.to_vec().into()], |_| ());
    let lines = LINES.write(&[referrer_ids.to_vec().into()], |rows| rows.len());
    AUDIT.write(&[referrer_ids.to_vec().into(), seen.into()], |_| ());
    lines as i64
}
