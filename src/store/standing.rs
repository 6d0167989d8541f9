//! Standings: the volume and tier of each referrer and mode, and the row that concurrent events queue on.

use super::statement::{Statement, all, column, required};
use crate::domain::mode::Mode;
use crate::domain::standing::{Place, Standing};
use crate::domain::timestamp::Timestamp;
use crate::domain::window::Span;
use crate::pg::numeric::Numeric;
use crate::pg::unique_index::{Row, Seen, UniqueIndex};
use pgrx::spi::SpiHeapTupleData;

fn standing(row: &SpiHeapTupleData) -> (i64, Standing) {
    let place = column(row, 3).map(|program_id| Place {
        program_id,
        plan_version: required(row, 4),
        window: Span { start: required(row, 5), end: required(row, 6) },
    });
    let volume: Numeric = required(row, 7);
    (required(row, 1), Standing { as_of: required(row, 2), place, volume: volume.0, tier: column(row, 8) })
}

/// The standing of a row that was locked; the numbers are those of the columns of referrals.standing.
fn locked(row: &Row) -> (i64, Standing) {
    let place = row.column(4).map(|program_id| Place {
        program_id,
        plan_version: row.required(5),
        window: Span { start: row.required(6), end: row.required(7) },
    });
    let volume: Numeric = row.required(8);
    (row.required(1), Standing { as_of: row.required(3), place, volume: volume.0, tier: row.column(9) })
}

static BY_REFERRER: UniqueIndex = UniqueIndex { table: c"standing", index: c"standing_pkey" };

/// Locks the standings of referrers until the end of the transaction, making those that are missing. The ids ascend
/// and are distinct: everybody makes, then locks, in this order, so that no two statements wait for each other.
pub fn lock(referrer_ids: &[i64], mode: Mode) -> Vec<(i64, Standing)> {
    static MANY: Statement = Statement(include_str!("sql/lock_standings.sql"));
    match referrer_ids {
        [] => Vec::new(),
        [one] => {
            let lock = || BY_REFERRER.lock(&[(*one).into(), mode.as_str().into()], locked);
            let found = lock().or_else(|| {
                make_missing(referrer_ids, mode);
                lock()
            });
            found.into_iter().collect()
        }
        many => {
            make_missing(many, mode);
            MANY.write(&[many.to_vec().into(), mode.as_str().into()], |rows| all(rows, standing))
        }
    }
}

/// Makes the standings of referrers that are missing. Waits only where somebody else is making one of them.
pub fn ensure(referrer_ids: &[i64], mode: Mode) {
    let is_there = match referrer_ids {
        [] => true,
        [one] => BY_REFERRER.find(&[(*one).into(), mode.as_str().into()], Seen::Now, |_| ()).is_some(),
        _ => false,
    };
    if !is_there {
        make_missing(referrer_ids, mode);
    }
}

/// Locks those of the standings that nobody else holds. Waits for nobody.
pub fn try_lock(referrer_ids: &[i64], mode: Mode) -> Vec<(i64, Standing)> {
    static FREE: Statement = Statement(include_str!("sql/try_lock_standings.sql"));
    FREE.write(&[referrer_ids.to_vec().into(), mode.as_str().into()], |rows| all(rows, standing))
}

fn make_missing(referrer_ids: &[i64], mode: Mode) {
    static MAKE: Statement = Statement(include_str!("sql/make_standings.sql"));
    MAKE.write(&[referrer_ids.to_vec().into(), mode.as_str().into()], |_| ());
}

/// Writes standings back. The caller has locked them.
pub fn save(mode: Mode, standings: &[(i64, &Standing)]) {
    static ONE: Statement = Statement(
        "UPDATE referrals.standing
         SET as_of = $3, program_id = $4, plan_version = $5, window_start = $6, window_end = $7, volume = $8, tier = $9
         WHERE participant_id = $1 AND mode = $2",
    );
    static MANY: Statement = Statement(include_str!("sql/save_standings.sql"));
    match standings {
        [] => (),
        [(id, standing)] => {
            let place = standing.place;
            ONE.write(
                &[
                    (*id).into(),
                    mode.as_str().into(),
                    standing.as_of.into(),
                    place.map(|place| place.program_id).into(),
                    place.map(|place| place.plan_version).into(),
                    place.map(|place| place.window.start).into(),
                    place.map(|place| place.window.end).into(),
                    Numeric(standing.volume).into(),
                    standing.tier.as_deref().into(),
                ],
                |_| (),
            );
        }
        many => {
            let places = || many.iter().map(|(_, standing)| standing.place);
            MANY.write(
                &[
                    many.iter().map(|(id, _)| *id).collect::<Vec<i64>>().into(),
                    mode.as_str().into(),
                    many.iter().map(|(_, standing)| standing.as_of).collect::<Vec<Timestamp>>().into(),
                    places().map(|place| place.map(|place| place.program_id)).collect::<Vec<Option<i32>>>().into(),
                    places().map(|place| place.map(|place| place.plan_version)).collect::<Vec<Option<i32>>>().into(),
                    places()
                        .map(|place| place.map(|place| place.window.start))
                        .collect::<Vec<Option<Timestamp>>>()
                        .into(),
                    places()
                        .map(|place| place.map(|place| place.window.end))
                        .collect::<Vec<Option<Timestamp>>>()
                        .into(),
                    many.iter().map(|(_, standing)| Numeric(standing.volume)).collect::<Vec<Numeric>>().into(),
                    many.iter().map(|(_, standing)| standing.tier.as_deref()).collect::<Vec<Option<&str>>>().into(),
                ],
                |_| (),
            );
        }
    }
}

/// Locks all mock standings, in the order in which everybody locks; gives the referrers. Whoever signs somebody up with
/// one of them in mock mode waits.
pub fn lock_mock() -> Vec<i64> {
    static LOCK: Statement = Statement(
        "SELECT participant_id FROM referrals.standing WHERE mode = 'mock' ORDER BY participant_id FOR NO KEY UPDATE",
    );
    LOCK.write(&[], |rows| all(rows, |row| required(row, 1)))
}

/// Blanks mock standings, so that they are counted from the ties again. The caller has locked them.
pub fn blank_mock(referrer_ids: Vec<i64>) {
    static BLANK: Statement = Statement(
        "UPDATE referrals.standing
         SET as_of = DEFAULT, program_id = DEFAULT, plan_version = DEFAULT, window_start = DEFAULT, window_end = DEFAULT,
             volume = DEFAULT, tier = DEFAULT
         WHERE mode = 'mock' AND participant_id = ANY ($1)",
    );
    BLANK.write(&[referrer_ids.into()], |_| ());
}
