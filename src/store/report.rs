//! What the report is about. Everything is read row by row as the calling query sees it, so that all of it is of one state
//! of the database, whatever else this transaction wrote.

use super::statement::{Statement, column, required};
use crate::domain::ledger_figures::{Line, Money};
use crate::domain::mode::Mode;
use crate::domain::standing::Place;
use crate::domain::timestamp::Timestamp;
use crate::domain::window::Span;
use crate::pg::numeric::Numeric;
use pgrx::datum::DatumWithOid;
use pgrx::spi::SpiHeapTupleData;
use rust_decimal::Decimal;

/// Which events the report is about.
#[derive(Clone, Copy)]
pub struct Selection {
    /// Those that one program rated.
    pub program_id: Option<i32>,
    /// From this time on.
    pub since: Timestamp,
    /// Before this time.
    pub until: Timestamp,
}

impl Selection {
    fn arguments(&self) -> Vec<DatumWithOid<'static>> {
        vec![self.program_id.into(), self.since.into(), self.until.into()]
    }
}

/// What lines of one mode, plan version and kind come to.
pub struct Sum {
    /// Their mode.
    pub mode: Mode,
    /// Their currency.
    pub currency: String,
    /// The plan version that rated them.
    pub plan: (i32, i32),
    /// The kind of event.
    pub event_kind: String,
    /// accrual, reversal or adjustment.
    pub kind: String,
    /// How many.
    pub lines: i64,
    /// All of it.
    pub amount: Decimal,
    /// The same by what becomes of it.
    pub money: Money,
    /// The first and the last event.
    pub occurred: (Timestamp, Timestamp),
    /// The first and the last end of a hold, of what waits to be paid.
    pub due: Option<(Timestamp, Timestamp)>,
}

/// What the lines come to.
pub fn sums(selection: &Selection, mut each: impl FnMut(Sum)) {
    static SUMS: Statement = Statement(include_str!("sql/report_sums.sql"));
    SUMS.stream(&selection.arguments(), |row| {
        let (kind, amount): (String, Decimal) = (required(row, 6), decimal(row, 8));
        let is_reversal = kind == "reversal";
        each(Sum {
            mode: mode(row, 1),
            currency: required(row, 2),
            plan: (required(row, 3), required(row, 4)),
            event_kind: required(row, 5),
            lines: required(row, 7),
            money: Money {
                accrued: if is_reversal { Decimal::ZERO } else { amount },
                reversed: if is_reversal { -amount } else { Decimal::ZERO },
                on_hold: decimal(row, 9),
                payable: decimal(row, 10),
                in_payout: decimal(row, 11),
                paid: decimal(row, 12),
            },
            occurred: (required(row, 13), required(row, 14)),
            due: column(row, 15).zip(column(row, 16)),
            kind,
            amount,
        });
    });
}

/// How many people were brought, and by how many: a row a mode.
pub fn ties(selection: &Selection, mut each: impl FnMut(Mode, i64, i64)) {
    static TIES: Statement = Statement(include_str!("sql/report_ties.sql"));
    TIES.stream(&selection.arguments(), |row| each(mode(row, 1), required(row, 2), required(row, 3)));
}

/// Two sums of a day.
pub struct Day {
    /// Of lines of this mode.
    pub mode: Mode,
    /// In this currency.
    pub currency: String,
    /// The first instant of the day, in UTC.
    pub at: Timestamp,
    /// The sums.
    pub sums: [Decimal; 2],
}

/// What was accrued and what was reversed (negative), by the day of the event.
pub fn accruals(selection: &Selection, each: impl FnMut(Day)) {
    static ACCRUALS: Statement = Statement(include_str!("sql/report_accruals.sql"));
    days(&ACCRUALS, selection, each);
}

/// What is payable and what is on hold, by the day on which the hold ends.
pub fn due(selection: &Selection, each: impl FnMut(Day)) {
    static DUE: Statement = Statement(include_str!("sql/report_due.sql"));
    days(&DUE, selection, each);
}

fn days(statement: &'static Statement, selection: &Selection, mut each: impl FnMut(Day)) {
    statement.stream(&selection.arguments(), |row| {
        each(Day {
            mode: mode(row, 1),
            currency: required(row, 2),
            at: required(row, 3),
            sums: [decimal(row, 4), decimal(row, 5)],
        });
    });
}

/// Somebody who earned or brought somebody.
pub struct Person {
    /// In this mode.
    pub mode: Mode,
    /// Who.
    pub participant_id: i64,
    /// The program that the person is in.
    pub program_id: i32,
    /// Of the money; `None` where nothing was earned.
    pub currency: Option<String>,
    /// How many people they brought.
    pub referrals: i64,
    /// When the latest came.
    pub last_referral_at: Option<Timestamp>,
    /// What they earned.
    pub money: Money,
}

/// Everybody who earned or brought somebody, once for each currency.
pub fn people(selection: &Selection, mut each: impl FnMut(Person)) {
    static PEOPLE: Statement = Statement(include_str!("sql/report_people.sql"));
    PEOPLE.stream(&selection.arguments(), |row| {
        each(Person {
            mode: mode(row, 1),
            participant_id: required(row, 2),
            program_id: required(row, 3),
            currency: column(row, 4),
            referrals: required(row, 5),
            last_referral_at: column(row, 6),
            money: Money {
                accrued: decimal(row, 7),
                reversed: decimal(row, 8),
                on_hold: decimal(row, 9),
                payable: decimal(row, 10),
                in_payout: decimal(row, 11),
                paid: decimal(row, 12),
            },
        });
    });
}

/// How somebody is called.
pub struct Name {
    /// Who.
    pub participant_id: i64,
    /// The user_key; `None` once erased.
    pub user_key: Option<String>,
    /// The code.
    pub code: String,
    /// The program that the person is in.
    pub program: String,
}

/// How these people are called.
pub fn names(participant_ids: Vec<i64>, mut each: impl FnMut(Name)) {
    static NAMES: Statement = Statement(include_str!("sql/report_names.sql"));
    NAMES.stream(&[participant_ids.into()], |row| {
        each(Name {
            participant_id: required(row, 1),
            user_key: column(row, 2),
            code: required(row, 3),
            program: required(row, 4),
        });
    });
}

/// A standing as it is stored.
pub struct Standing {
    /// The referrer.
    pub participant_id: i64,
    /// The mode of the volume.
    pub mode: Mode,
    /// The program that the referrer is in now.
    pub program_id: i32,
    /// The place of the volume.
    pub place: Option<Place>,
    /// The volume.
    pub volume: Decimal,
}

/// The standings of everybody who ever brought somebody.
pub fn standings(mut each: impl FnMut(Standing)) {
    static STANDINGS: Statement = Statement(include_str!("sql/report_standings.sql"));
    STANDINGS.stream(&[], |row| {
        each(Standing {
            participant_id: required(row, 1),
            mode: mode(row, 2),
            program_id: required(row, 3),
            place: column(row, 4).map(|program_id| Place {
                program_id,
                plan_version: required(row, 5),
                window: Span { start: required(row, 6), end: required(row, 7) },
            }),
            volume: decimal(row, 8),
        });
    });
}

/// The newest lines, the newest first.
pub fn newest(selection: &Selection, mode: Mode, most: i64) -> Vec<Line> {
    static NEWEST: Statement = Statement(include_str!("sql/report_newest.sql"));
    let mut arguments = selection.arguments();
    arguments.extend([mode.as_str().into(), most.into()]);
    let mut lines = Vec::new();
    NEWEST.stream(&arguments, |row| lines.push(line(row)));
    lines
}

fn line(row: &SpiHeapTupleData) -> Line {
    Line {
        id: required(row, 1),
        occurred_at: required(row, 2),
        kind: required(row, 3),
        program: required(row, 4),
        referrer: column(row, 5),
        referee: column(row, 6),
        is_for_referee: required(row, 7),
        tier: column(row, 8),
        event_kind: required(row, 9),
        event_key: column(row, 10),
        base_amount: column(row, 11),
        amount: required(row, 12),
        currency: required(row, 13),
        status: required(row, 14),
        payable_at: required(row, 15),
    }
}

fn decimal(row: &SpiHeapTupleData, ordinal: usize) -> Decimal {
    required::<Numeric>(row, ordinal).0
}

fn mode(row: &SpiHeapTupleData, ordinal: usize) -> Mode {
    Mode::from_ledger(&required::<String>(row, ordinal))
}
