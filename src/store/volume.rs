//! Volumes and limits, counted from ties and lines.

use super::statement::{Statement, first, required};
use crate::domain::mode::Mode;
use crate::domain::plan::Metric;
use crate::domain::volume::{Measure, Usage};
use crate::domain::window::Span;
use crate::pg::numeric::Numeric;
use pgrx::datum::DatumWithOid;
use pgrx::spi::SpiTupleTable;
use rust_decimal::Decimal;

const REFERRALS: &str = include_str!("sql/volume_referrals.sql");
const EVENTS: &str = include_str!("sql/volume_events.sql");
const REVENUE: &str = include_str!("sql/volume_revenue.sql");

/// The volume of a referrer in a window. The caller holds the referrer's standing, so nobody adds to it meanwhile.
pub fn count(referrer_id: i64, mode: Mode, measure: &Measure, window: Span) -> Decimal {
    static LATEST: [Statement; 3] = [Statement(REFERRALS), Statement(EVENTS), Statement(REVENUE)];
    statement(&LATEST, measure.metric).write(&arguments(referrer_id, mode.as_str(), measure, window), volume)
}

/// The volume of a referrer in a window, as the calling query sees it.
pub fn count_read(referrer_id: i64, mode: &str, measure: &Measure, window: Span) -> Decimal {
    static SEEN: [Statement; 3] = [Statement(REFERRALS), Statement(EVENTS), Statement(REVENUE)];
    statement(&SEEN, measure.metric).read(&arguments(referrer_id, mode, measure, window), volume)
}

/// The volume of a referrer in a window, exactly as the calling query sees it.
pub fn count_seen(referrer_id: i64, mode: Mode, measure: &Measure, window: Span) -> Decimal {
    static SEEN: [Statement; 3] = [Statement(REFERRALS), Statement(EVENTS), Statement(REVENUE)];
    let mut volume = Decimal::ZERO;
    statement(&SEEN, measure.metric).stream(&arguments(referrer_id, mode.as_str(), measure, window), |row| {
        volume = required::<Numeric>(row, 1).0;
    });
    volume
}

/// What a referrer has used of the limits in a window. The caller holds the referrer's standing.
pub fn usage(referrer_id: i64, mode: Mode, currency: &str, window: Span) -> Usage {
    static USAGE: Statement = Statement(include_str!("sql/usage.sql"));
    let arguments = [referrer_id.into(), mode.as_str().into(), window.start.into(), window.end.into(), currency.into()];
    let read = |rows: SpiTupleTable| {
        first(rows, |row| Usage { commissions: required(row, 1), amount: required::<Numeric>(row, 2).0 })
    };
    USAGE.write(&arguments, read).expect("an aggregate gives a row")
}

fn statement(of: &'static [Statement; 3], metric: Metric) -> &'static Statement {
    match metric {
        Metric::Referrals => &of[0],
        Metric::Events => &of[1],
        Metric::Revenue => &of[2],
    }
}

fn arguments<'a>(referrer_id: i64, mode: &'a str, measure: &'a Measure, window: Span) -> Vec<DatumWithOid<'a>> {
    let mut arguments = vec![
        referrer_id.into(),
        mode.into(),
        window.start.into(),
        window.end.into(),
        measure.lowered_by_reversals.into(),
    ];
    if measure.metric == Metric::Revenue {
        arguments.push((&*measure.currency).into());
    }
    arguments
}

fn volume(rows: SpiTupleTable) -> Decimal {
    first(rows, |row| required::<Numeric>(row, 1).0).expect("an aggregate gives a row")
}
