//! The queue: events that wait to be accrued, each until it is.

use super::statement::{Statement, all, column, required};
use crate::domain::eligibility::Amount;
use crate::domain::event::Event;
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use crate::pg::numeric::{to_decimal, to_sql};
use crate::store::attribution::Tie;
use pgrx::AnyNumeric;
use pgrx::spi::SpiHeapTupleData;
use std::str::FromStr;

/// An event to be put into the queue.
#[derive(Debug, Clone)]
pub struct New {
    /// The program that rates it.
    pub program_id: i32,
    /// Whether that is paused.
    pub is_paused: bool,
    /// Whose code brought the referee.
    pub referrer_id: i64,
    /// Whose event it is.
    pub referee_id: i64,
    /// Its kind.
    pub kind: String,
    /// Its key, as the ledger will have it.
    pub key: String,
    /// Its own amount.
    pub amount: Amount,
    /// Currency of the amount; `None` for the plan's.
    pub currency: Option<String>,
    /// When it happened; `None` for now.
    pub at: Option<Timestamp>,
}

/// An event in the queue.
pub struct Waiting {
    /// Its place.
    pub id: i64,
    /// The program that rates it.
    pub program_id: i32,
    /// Whether that was paused when the event arrived.
    pub was_paused: bool,
    /// The tie of whose event it is.
    pub tie: Tie,
    /// Its kind.
    pub kind: String,
    /// The event, but for the user_key.
    pub event: Event,
    /// When it arrived.
    pub arrived_at: Timestamp,
}

/// Puts events into the queue, in their order.
pub fn add(mode: Mode, events: &[New]) {
    static ADD: Statement = Statement(include_str!("sql/add_to_queue.sql"));
    if events.is_empty() {
        return;
    }
    let amount = |amount: Amount| match amount {
        Amount::Absent => None,
        Amount::Given(amount) => Some(to_sql(amount)),
        Amount::Unusable => Some(AnyNumeric::from_str("NaN").expect("NaN is a numeric")),
    };
    ADD.write(
        &[
            mode.as_str().into(),
            events.iter().map(|event| event.program_id).collect::<Vec<_>>().into(),
            events.iter().map(|event| event.is_paused).collect::<Vec<_>>().into(),
            events.iter().map(|event| event.referrer_id).collect::<Vec<_>>().into(),
            events.iter().map(|event| event.referee_id).collect::<Vec<_>>().into(),
            events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>().into(),
            events.iter().map(|event| event.key.as_str()).collect::<Vec<_>>().into(),
            events.iter().map(|event| amount(event.amount)).collect::<Vec<_>>().into(),
            events.iter().map(|event| event.currency.clone()).collect::<Vec<_>>().into(),
            events.iter().map(|event| event.at).collect::<Vec<_>>().into(),
        ],
        |_| (),
    );
}

/// What waits for some referrers in a mode, oldest first. The caller has locked their standings, so nobody else takes it.
pub fn of_referrers(mode: Mode, referrer_ids: &[i64], most: i64) -> Vec<Waiting> {
    static WAITING: Statement = Statement(concat!(
        "WITH waiting AS MATERIALIZED (
           SELECT * FROM referrals.queue WHERE referrer_id = ANY ($2) AND mode = $1 ORDER BY queue_id LIMIT $3",
        include_str!("sql/waiting.sql")
    ));
    WAITING.write(&[mode.as_str().into(), referrer_ids.to_vec().into(), most.into()], |rows| all(rows, waiting))
}

/// The same for referrers who have the oldest of all: found from the beginning of the queue, however much there is.
pub fn oldest_of_referrers(mode: Mode, referrer_ids: &[i64], most: i64) -> Vec<Waiting> {
    static OLDEST: Statement = Statement(concat!(
        "WITH waiting AS MATERIALIZED (
           SELECT * FROM (SELECT * FROM referrals.queue WHERE mode = $1 ORDER BY queue_id OFFSET 0) AS oldest
           WHERE referrer_id = ANY ($2) LIMIT $3",
        include_str!("sql/waiting.sql")
    ));
    OLDEST.write(&[mode.as_str().into(), referrer_ids.to_vec().into(), most.into()], |rows| all(rows, waiting))
}

fn waiting(row: &SpiHeapTupleData) -> Waiting {
    let amount = match column::<AnyNumeric>(row, 8).map(to_decimal) {
        None => Amount::Absent,
        Some(Ok(amount)) => Amount::Given(amount),
        Some(Err(_)) => Amount::Unusable,
    };
    Waiting {
        id: required(row, 1),
        program_id: required(row, 2),
        was_paused: required(row, 3),
        tie: Tie { referrer_id: required(row, 4), referee_id: required(row, 5), attributed_at: required(row, 11) },
        kind: required(row, 6),
        event: Event { key: column(row, 7), referee: None, amount, currency: column(row, 9), at: column(row, 10) },
        arrived_at: required(row, 12),
    }
}

/// Takes events out of the queue; false if one of them is not there any more.
#[must_use]
pub fn remove(ids: &[i64]) -> bool {
    static REMOVE: Statement = Statement("DELETE FROM referrals.queue WHERE queue_id = ANY ($1)");
    ids.is_empty() || REMOVE.write(&[ids.to_vec().into()], |rows| rows.len() == ids.len())
}

/// The referrers of the oldest events in a mode, so many events, but for some.
pub fn oldest(mode: Mode, most: i64, except: &[i64]) -> Vec<i64> {
    static OLDEST: Statement = Statement(
        "SELECT DISTINCT referrer_id FROM (
           SELECT referrer_id FROM referrals.queue WHERE mode = $1 AND referrer_id <> ALL ($3) ORDER BY queue_id LIMIT $2
         ) AS oldest ORDER BY referrer_id",
    );
    OLDEST.write(&[mode.as_str().into(), most.into(), except.to_vec().into()], |rows| all(rows, |row| required(row, 1)))
}

/// The referrers for whom events of these keys wait.
pub fn of_events(mode: Mode, kind: &str, keys: &[String]) -> Vec<i64> {
    static REFERRERS: Statement = Statement(
        "SELECT DISTINCT referrer_id FROM referrals.queue
         WHERE event_key = ANY ($3) AND event_kind = $2 AND mode = $1 ORDER BY referrer_id",
    );
    REFERRERS
        .write(&[mode.as_str().into(), kind.into(), keys.to_vec().into()], |rows| all(rows, |row| required(row, 1)))
}

/// How much waits, by mode, and since when.
pub fn backlog() -> Vec<(Mode, i64, Timestamp)> {
    static BACKLOG: Statement =
        Statement("SELECT mode, count(*), min(queued_at) FROM referrals.queue GROUP BY mode ORDER BY mode");
    BACKLOG.read(&[], |rows| {
        all(rows, |row| (Mode::from_ledger(&required::<String>(row, 1)), required(row, 2), required(row, 3)))
    })
}

/// Empties the queue of what is mock and waits for these referrers.
pub fn delete_mock(referrer_ids: &[i64]) {
    static DELETE: Statement = Statement(
        "DELETE FROM referrals.queue AS waiting USING unnest($1) AS locked (referrer_id)
         WHERE waiting.mode = 'mock' AND waiting.referrer_id = locked.referrer_id",
    );
    DELETE.write(&[referrer_ids.to_vec().into()], |_| ());
}
