//! What the views ask of the rules, so that no rule is written a second time in SQL.

use super::decode::time;
use crate::domain::attachment::Attachment;
use crate::domain::currency::is_storable;
use crate::domain::event_source::EventSource;
use crate::domain::standing::Place;
use crate::domain::timestamp::Timestamp;
use crate::domain::window::Span;
use crate::engine::progress::{self, Stored};
use crate::engine::{asking, seal};
use crate::pg::numeric::{to_decimal, to_sql};
use crate::pg::timestamp::to_raw;
use pgrx::AnyNumeric;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// A standing brought up to now, as a table of at most one row.
#[pg_extern(sql = false)]
#[expect(
    clippy::too_many_arguments,
    clippy::type_complexity,
    reason = "the columns of a standing; pgrx wants them here"
)]
fn _current_standing(
    participant_id: Option<i64>,
    mode: Option<&str>,
    program_id: Option<i32>,
    place_program_id: Option<i32>,
    place_version: Option<i32>,
    window_start: Option<TimestampWithTimeZone>,
    window_end: Option<TimestampWithTimeZone>,
    volume: Option<AnyNumeric>,
) -> TableIterator<
    'static,
    (
        name!(current_window_start, TimestampWithTimeZone),
        name!(current_volume, AnyNumeric),
        name!(current_tier, Option<String>),
        name!(next_tier, Option<String>),
        name!(next_from, Option<AnyNumeric>),
        name!(progress, AnyNumeric),
        name!(bar, String),
        name!(currency, String),
    ),
> {
    let place = match (place_program_id, place_version, window_start, window_end) {
        (Some(program_id), Some(plan_version), Some(start), Some(end)) => {
            Some(Place { program_id, plan_version, window: Span { start: time(start), end: time(end) } })
        }
        _ => None,
    };
    let stored = || {
        let volume = to_decimal(volume?).ok().filter(|volume| is_storable(*volume))?;
        Some(Stored { participant_id: participant_id?, mode: mode?, program_id: program_id?, place, volume })
    };
    let current = stored().and_then(|stored| progress::current(&stored));
    TableIterator::new(current.map(|current| {
        let bar = current.progress.bar();
        let (next_tier, next_from) = current.progress.next.unzip();
        (
            sql_time(current.window_start),
            to_sql(current.volume),
            current.progress.tier,
            next_tier,
            next_from.map(to_sql),
            to_sql(current.progress.done),
            bar,
            current.currency,
        )
    }))
}

#[pg_extern(sql = false)]
fn _decimals(program_id: i32, plan_version: i32) -> Option<i32> {
    progress::decimals(program_id, plan_version).map(|decimals| decimals as i32)
}

/// Whose rows the views `my_*` show.
#[pg_extern(sql = false)]
fn _my_user_key() -> Result<Option<String>, ErrorReport> {
    Ok(asking::on_behalf_of()?)
}

/// What is not sealed, as a table of one row; none where the last block is damaged.
#[pg_extern(sql = false)]
fn _unsealed() -> TableIterator<'static, (name!(rows, i64), name!(oldest, Option<TimestampWithTimeZone>))> {
    TableIterator::new(seal::tail().ok().into_iter().map(|tail| (tail.rows, tail.oldest.map(sql_time))))
}

/// The source of events that a trigger's arguments describe, as a table of one row; none if they describe none.
#[pg_extern(sql = false)]
#[expect(clippy::type_complexity, reason = "pgrx wants the columns here")]
fn _event_source(
    arguments: &[u8],
) -> TableIterator<
    'static,
    (
        name!(kind, String),
        name!(key, String),
        name!(referee, String),
        name!(amount, Option<String>),
        name!(currency, Option<String>),
        name!(occurred_at, Option<String>),
        name!(accrue_when, Option<String>),
        name!(reverse_when, Option<String>),
    ),
> {
    TableIterator::new(EventSource::from_arguments(&split(arguments)).map(|it| {
        (it.kind, it.key, it.referee, it.amount, it.currency, it.occurred_at, it.accrue_when, it.reverse_when)
    }))
}

/// The attachment that a trigger's arguments describe, as a table of one row; none if they describe none.
#[pg_extern(sql = false)]
#[expect(clippy::type_complexity, reason = "pgrx wants the columns here")]
fn _attachment(
    arguments: &[u8],
) -> TableIterator<
    'static,
    (
        name!(key, String),
        name!(referred_by, Option<String>),
        name!(program, String),
        name!(code, Option<String>),
        name!(label, Option<String>),
        name!(registered_at, Option<String>),
        name!(key_prefix, String),
    ),
> {
    TableIterator::new(
        Attachment::from_arguments(&split(arguments))
            .map(|it| (it.key, it.referred_by, it.program, it.code, it.label, it.registered_at, it.key_prefix)),
    )
}

/// pg_trigger.tgargs: each argument ends with a zero byte.
fn split(arguments: &[u8]) -> Vec<String> {
    arguments.split(|byte| *byte == 0).map(|argument| String::from_utf8_lossy(argument).into_owned()).collect()
}

/// A time as Postgres has it.
fn sql_time(time: Timestamp) -> TimestampWithTimeZone {
    TimestampWithTimeZone::try_from(to_raw(time)).expect("a timestamp is in range")
}
