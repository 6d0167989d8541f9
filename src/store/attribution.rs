//! Ties of referees to referrers.

use super::statement::{Statement, first, required};
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use crate::domain::window::Span;
use rust_decimal::Decimal;

/// A tie to be.
#[derive(Debug, Clone, Copy)]
pub struct Tie {
    /// Who signed up.
    pub referee_id: i64,
    /// Whose code it was.
    pub referrer_id: i64,
    /// When.
    pub attributed_at: Timestamp,
}

/// Writes ties, all of one mode.
pub fn insert(mode: Mode, ties: &[Tie]) {
    static ONE: Statement = Statement(
        "INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at) VALUES ($1, $2, $3, $4)",
    );
    static MANY: Statement = Statement(
        "INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at)
         SELECT tie.referee_id, tie.referrer_id, $3, tie.attributed_at
         FROM unnest($1, $2, $4) AS tie (referee_id, referrer_id, attributed_at)",
    );
    match ties {
        [] => (),
        [one] => ONE.write(
            &[one.referee_id.into(), one.referrer_id.into(), mode.as_str().into(), one.attributed_at.into()],
            |_| (),
        ),
        many => {
            let referees: Vec<i64> = many.iter().map(|tie| tie.referee_id).collect();
            let referrers: Vec<i64> = many.iter().map(|tie| tie.referrer_id).collect();
            let times: Vec<Timestamp> = many.iter().map(|tie| tie.attributed_at).collect();
            MANY.write(&[referees.into(), referrers.into(), mode.as_str().into(), times.into()], |_| ());
        }
    }
}

const COUNT: &str = "SELECT count(*) FROM referrals.attribution
     WHERE referrer_id = $1 AND mode = $2 AND attributed_at >= $3 AND attributed_at < $4";

/// How many ties a referrer has in a window. The caller holds the referrer's standing, so nobody adds one meanwhile.
pub fn count(referrer_id: i64, mode: Mode, window: Span) -> Decimal {
    static LATEST: Statement = Statement(COUNT);
    LATEST.write(&[referrer_id.into(), mode.as_str().into(), window.start.into(), window.end.into()], counted)
}

/// How many ties a referrer has in a window, as the calling query sees them.
pub fn count_read(referrer_id: i64, mode: &str, window: Span) -> Decimal {
    static SEEN: Statement = Statement(COUNT);
    SEEN.read(&[referrer_id.into(), mode.into(), window.start.into(), window.end.into()], counted)
}

/// How many ties a referrer had at a time, that time included, in the window that began at `start`.
pub fn count_until(referrer_id: i64, mode: Mode, start: Timestamp, until: Timestamp) -> Decimal {
    static UNTIL: Statement = Statement(
        "SELECT count(*) FROM referrals.attribution
         WHERE referrer_id = $1 AND mode = $2 AND attributed_at >= $3 AND attributed_at <= $4",
    );
    UNTIL.read(&[referrer_id.into(), mode.as_str().into(), start.into(), until.into()], counted)
}

fn counted(rows: pgrx::spi::SpiTupleTable) -> Decimal {
    Decimal::from(first(rows, |row| required::<i64>(row, 1)).expect("count gives a row"))
}
