//! Lines of the ledger, read back with their corrections.

use super::statement::{Statement, all, column, first, required};
use crate::domain::line::{Correction, Kind, Line, Recorded, Side};
use crate::domain::mode::Mode;
use crate::domain::rating::{Basis, Note};
use crate::domain::standing::Place;
use crate::pg::numeric::Numeric;
use pgrx::spi::{SpiHeapTupleData, SpiTupleTable};

const OF_ID: &str = concat!(
    include_str!("sql/lines.sql"),
    "WHERE line.commission_id = $1 AND line.mode = $2 ORDER BY line.commission_id, correction.commission_id"
);

/// The accrual of a number, with its corrections. The caller holds the referrer's standing, or looks for it.
pub fn of_id(commission_id: i64, mode: Mode) -> Option<Recorded> {
    static LINE: Statement = Statement(OF_ID);
    LINE.write(&[commission_id.into(), mode.as_str().into()], recorded).pop()
}

/// The accrual of a number, with its corrections, as the calling query sees it.
pub fn shown(commission_id: i64, mode: Mode) -> Option<Recorded> {
    static LINE: Statement = Statement(OF_ID);
    LINE.read(&[commission_id.into(), mode.as_str().into()], recorded).pop()
}

/// The accruals for referrers that a program has made in a mode, as the calling query sees them.
pub fn of_program(program_id: i32, mode: Mode) -> Vec<Recorded> {
    static LINES: Statement = Statement(concat!(
        include_str!("sql/lines.sql"),
        "WHERE line.kind = 'accrual' AND line.program_id = $1 AND line.mode = $2 AND line.side = 'referrer'
         ORDER BY line.commission_id, correction.commission_id"
    ));
    LINES.read(&[program_id.into(), mode.as_str().into()], recorded)
}

/// Who earned by events of one kind in a mode: each accrual with its referrer.
pub fn earners(mode: Mode, kind: &str, keys: &[&str]) -> Vec<(i64, i64)> {
    static EARNERS: Statement = Statement(include_str!("sql/earners.sql"));
    EARNERS.write(&[mode.as_str().into(), kind.into(), keys.to_vec().into()], |rows| {
        all(rows, |row| (required(row, 1), required(row, 2)))
    })
}

/// The accruals of events of one kind in a mode, in the order of their ids.
pub fn of_events(mode: Mode, kind: &str, keys: &[&str]) -> Vec<Recorded> {
    static OF_ONE: Statement = Statement(concat!(
        include_str!("sql/lines.sql"),
        "WHERE line.kind = 'accrual' AND line.mode = $1 AND line.event_kind = $2 AND line.event_key = $3
         ORDER BY line.commission_id, correction.commission_id"
    ));
    static OF_IDS: Statement = Statement(concat!(
        include_str!("sql/lines.sql"),
        "WHERE line.commission_id = ANY ($1) AND line.mode = $2 ORDER BY line.commission_id, correction.commission_id"
    ));
    match keys {
        [] => Vec::new(),
        [one] => OF_ONE.write(&[mode.as_str().into(), kind.into(), (*one).into()], recorded),
        many => {
            let ids: Vec<i64> = earners(mode, kind, many).into_iter().map(|(id, _)| id).collect();
            OF_IDS.write(&[ids.into(), mode.as_str().into()], recorded)
        }
    }
}

/// The lines of a referrer under a plan version in a window, but for those reversed in full.
pub fn of_window(referrer_id: i64, mode: Mode, place: Place) -> Vec<Recorded> {
    static LINES: Statement = Statement(concat!(
        include_str!("sql/lines.sql"),
        "WHERE line.kind NOT IN ('reversal', 'adjustment') AND line.side = 'referrer' AND line.referrer_id = $1 AND line.mode = $2
         AND line.program_id = $3 AND line.plan_version = $4 AND line.occurred_at >= $5 AND line.occurred_at < $6
         ORDER BY line.commission_id, correction.commission_id"
    ));
    let mut lines = LINES.write(&in_window(referrer_id, mode, place), recorded);
    lines.retain(|line| !line.is_reversed_in_full());
    lines
}

/// The tiers that the lines of a plan version in a window are rated by, but for those reversed in full.
pub fn tiers(referrer_id: i64, mode: Mode, place: Place) -> Vec<Option<String>> {
    static TIERS: Statement = Statement(include_str!("sql/tiers_of_lines.sql"));
    TIERS.write(&in_window(referrer_id, mode, place), |rows| all(rows, |row| column(row, 1)))
}

/// What a line is.
pub struct Identity {
    /// Accrual, reversal or adjustment.
    pub kind: Kind,
    /// The mode that it was made in.
    pub mode: Mode,
    /// The accrual that it corrects, if it is a correction.
    pub corrects: Option<i64>,
}

/// What the line of a number is; `None` if there is none.
pub fn identify(commission_id: i64) -> Option<Identity> {
    static IDENTIFY: Statement = Statement(
        "SELECT line.kind, line.mode, edge.commission_id FROM referrals.commission AS line
         LEFT JOIN referrals.reversal AS edge ON edge.correction_id = line.commission_id AND edge.mode = line.mode
         WHERE line.commission_id = $1",
    );
    IDENTIFY.read(&[commission_id.into()], |rows| {
        first(rows, |row| Identity {
            kind: Kind::from_ledger(&required::<String>(row, 1)),
            mode: Mode::from_ledger(&required::<String>(row, 2)),
            corrects: column(row, 3),
        })
    })
}

fn in_window(referrer_id: i64, mode: Mode, place: Place) -> [pgrx::datum::DatumWithOid<'static>; 6] {
    [
        referrer_id.into(),
        mode.as_str().into(),
        place.program_id.into(),
        place.plan_version.into(),
        place.window.start.into(),
        place.window.end.into(),
    ]
}

/// Gathers the rows of each accrual.
fn recorded(rows: SpiTupleTable) -> Vec<Recorded> {
    let mut lines: Vec<Recorded> = Vec::new();
    for (id, line, correction) in all(rows, |row| (required(row, 1), line(row), correction(row))) {
        if lines.last().is_none_or(|last| last.id != id) {
            lines.push(Recorded { id, line, corrections: Vec::new() });
        }
        lines.last_mut().expect("pushed above").corrections.extend(correction);
    }
    lines
}

/// The accrual of a row of lines.sql.
pub fn line(row: &SpiHeapTupleData) -> Line {
    let text = |ordinal| required::<String>(row, ordinal);
    let number = |ordinal| column::<Numeric>(row, ordinal).map(|number| number.0);
    Line {
        mode: Mode::from_ledger(&text(2)),
        kind: Kind::Accrual,
        side: Side::from_ledger(&text(3)),
        program_id: required(row, 4),
        plan_version: required(row, 5),
        referrer_id: required(row, 6),
        referee_id: required(row, 7),
        event_kind: text(8),
        event_key: text(9),
        volume_before: required::<Numeric>(row, 10).0,
        tier: column(row, 11),
        basis: Basis::from_ledger(&text(12), number(13)),
        base_amount: number(14),
        amount: required::<Numeric>(row, 15).0,
        currency: text(16).into(),
        occurred_at: required(row, 17),
        payable_at: required(row, 18),
        note: column::<String>(row, 19).and_then(|word| Note::from_ledger(&word)),
        reason: None,
        corrects: None,
    }
}

/// The correction of a row of lines.sql, if it has one.
pub fn correction(row: &SpiHeapTupleData) -> Option<Correction> {
    Some(Correction {
        id: column(row, 20)?,
        kind: Kind::from_ledger(&required::<String>(row, 21)),
        amount: required::<Numeric>(row, 22).0,
        base_amount: column::<Numeric>(row, 23).map(|number| number.0),
        tier: column(row, 24),
        refunded: column::<Numeric>(row, 25).map(|number| number.0),
        in_full: required(row, 26),
        reason: column(row, 27),
    })
}
