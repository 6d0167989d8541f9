//! Events that have their lines.

use super::statement::{Statement, all, column, required};
use crate::domain::event::Known;
use crate::domain::mode::Mode;
use crate::pg::numeric::Numeric;
use pgrx::spi::SpiTupleTable;
use std::collections::HashMap;

/// Those of the events that are recorded in a mode, by key. The caller holds the standings of all referrers concerned.
pub fn known(mode: Mode, kind: &str, keys: &[&str]) -> HashMap<String, Known> {
    static ONE: Statement = Statement(
        "SELECT event_key, commission_id, referee_id, base_amount, currency, occurred_at FROM referrals.commission
         WHERE mode = $1 AND event_kind = $2 AND event_key = $3 AND side = 'referrer' AND kind = 'accrual'",
    );
    static MANY: Statement = Statement(include_str!("sql/known_events.sql"));
    let read = |rows: SpiTupleTable| {
        let known = all(rows, |row| {
            let known = Known {
                commission_id: column(row, 2),
                referee_id: required(row, 3),
                amount: column::<Numeric>(row, 4).map(|amount| amount.0),
                currency: required(row, 5),
                at: required(row, 6),
            };
            (required(row, 1), known)
        });
        known.into_iter().collect()
    };
    match keys {
        [] => HashMap::new(),
        [one] => ONE.write(&[mode.as_str().into(), kind.into(), (*one).into()], read),
        many => MANY.write(&[mode.as_str().into(), kind.into(), many.to_vec().into()], read),
    }
}
