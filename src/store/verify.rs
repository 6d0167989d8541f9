//! The record as verify reads it: all of it, in streams, as the calling query sees it.

use super::lines;
use super::statement::{Statement, column, required};
use crate::domain::line::Recorded;
use crate::domain::mode::Mode;
use crate::domain::standing::{Place, Standing};
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::Tied;
use crate::domain::window::Span;
use crate::pg::identity;
use crate::pg::numeric::to_decimal;
use pgrx::AnyNumeric;

/// An accrual with its corrections, and what else is recorded of it.
pub struct Accrual {
    /// The line, with its corrections.
    pub recorded: Recorded,
    /// The tie of its referee.
    pub tie: Option<Tied>,
    /// Whether the line and its audit row were recorded at the same time.
    pub is_of_its_time: bool,
    /// Corrections that are of somebody or something else than the line.
    pub foreign: Vec<i64>,
}

/// Hands over all accruals in the order of their ids.
pub fn for_each_accrual(mut each: impl FnMut(Accrual)) {
    static LINES: Statement = Statement(concat!(
        include_str!("sql/verified_lines_before.sql"),
        include_str!("sql/lines.sql"),
        "WHERE line.kind = 'accrual'",
        include_str!("sql/verified_lines_after.sql"),
        "ORDER BY known.id, known.mode, known.c_id"
    ));
    let mut pending: Option<Accrual> = None;
    LINES.stream(&[], |row| {
        let mode = Mode::from_ledger(&required::<String>(row, 2));
        let id = required(row, 1);
        if pending.as_ref().is_none_or(|last| (last.recorded.id, last.recorded.line.mode) != (id, mode)) {
            let tie = column(row, 31).map(|referrer_id| Tied {
                referrer_id,
                at: required(row, 32),
                mode: Mode::from_ledger(&required::<String>(row, 33)),
            });
            let recorded = Recorded { id, line: lines::line(row), corrections: Vec::new() };
            let is_of_its_time = column(row, 30).unwrap_or(true);
            let next = Accrual { recorded, tie, is_of_its_time, foreign: Vec::new() };
            pending.replace(next).into_iter().for_each(&mut each);
        }
        let last = pending.as_mut().expect("put there above");
        if let Some(correction) = lines::correction(row) {
            if !required::<bool>(row, 34) {
                last.foreign.push(correction.id);
            }
            last.recorded.corrections.push(correction);
        }
    });
    pending.into_iter().for_each(each);
}

/// Hands over what is the matter with rows that are not where they belong. `steps` are the actions that may follow each
/// other about a payout, as `before>after`.
pub fn for_each_stray_row(steps: Vec<String>, mut each: impl FnMut(String)) {
    static STRAY: Statement = Statement(include_str!("sql/stray_rows.sql"));
    STRAY.stream(&[identity::system_identifier().into(), steps.into()], |row| each(required(row, 1)));
}

/// Hands over all standings; those whose volume is no number as an error, which is the participant.
pub fn for_each_standing(mut each: impl FnMut(Result<(i64, Mode, Standing), i64>)) {
    static STANDINGS: Statement = Statement(
        "SELECT participant_id, mode, as_of, program_id, plan_version, window_start, window_end, volume, tier
         FROM referrals.standing ORDER BY participant_id, mode",
    );
    STANDINGS.stream(&[], |row| {
        let participant_id = required(row, 1);
        let place = || {
            let window = Span { start: column(row, 6)?, end: column(row, 7)? };
            Some(Place { program_id: column(row, 4)?, plan_version: column(row, 5)?, window })
        };
        each(match to_decimal(required::<AnyNumeric>(row, 8)) {
            Err(_) => Err(participant_id),
            Ok(volume) => {
                let standing = Standing { as_of: required(row, 3), place: place(), volume, tier: column(row, 9) };
                Ok((participant_id, Mode::from_ledger(&required::<String>(row, 2)), standing))
            }
        });
    });
}

/// A payout, and what is recorded beside it.
pub struct Payout {
    /// Its id, as text; it may be that of one that the audit trail alone knows.
    pub id: String,
    /// Its amount, as text; `None` if it is not there.
    pub amount: Option<String>,
    /// What its lines add up to, as text.
    pub lines: String,
    /// Its state; `None` if it is not there.
    pub state: Option<String>,
    /// The action last recorded of it.
    pub action: Option<String>,
    /// Whether its lines are live, of its payee and in its currency.
    pub lines_are_theirs: bool,
    /// Whether its lines are free if it failed or was cancelled, and only then.
    pub lines_are_held: bool,
    /// Whether payee, amount, number of lines, time, reference and reason are those of the audit trail.
    pub is_as_recorded: bool,
}

/// Hands over all payouts.
pub fn for_each_payout(mut each: impl FnMut(Payout)) {
    static PAYOUTS: Statement = Statement(include_str!("sql/verified_payouts.sql"));
    PAYOUTS.stream(&[], |row| {
        each(Payout {
            id: required(row, 1),
            amount: column(row, 2),
            lines: required(row, 3),
            state: column(row, 4),
            action: column(row, 5),
            lines_are_theirs: required(row, 6),
            lines_are_held: required(row, 7),
            is_as_recorded: column(row, 8).unwrap_or(false),
        });
    });
}

/// A plan version as stored.
pub struct StoredPlan {
    /// The program.
    pub program_id: i32,
    /// Its name.
    pub program: String,
    /// The version.
    pub version: i32,
    /// From when it holds.
    pub effective_from: Timestamp,
    /// The rules, not read yet.
    pub plan: serde_json::Value,
}

/// Hands over all plan versions.
pub fn for_each_plan(mut each: impl FnMut(StoredPlan)) {
    static PLANS: Statement = Statement(
        "SELECT plan.program_id, program.name, plan.version, plan.effective_from, plan.plan FROM referrals.plan AS plan
         JOIN referrals.program AS program ON program.program_id = plan.program_id ORDER BY plan.program_id, plan.version",
    );
    PLANS.stream(&[], |row| {
        let pgrx::JsonB(plan) = required(row, 5);
        each(StoredPlan {
            program_id: required(row, 1),
            program: required(row, 2),
            version: required(row, 3),
            effective_from: required(row, 4),
            plan,
        });
    });
}
