//! Postings: what a single sign-up or event writes, all in one statement.

use super::attribution::Tie;
use super::audit_id;
use super::statement::Statement;
use crate::domain::line::Line;
use crate::domain::rating::Note;
use crate::domain::standing::Standing;
use crate::pg::numeric::Numeric;
use pgrx::datum::DatumWithOid;

/// Writes an accrual with its audit row, the standing of its referrer, and for a sign-up the tie. False if the event has
/// its line already: then nothing is written. The caller has locked the standing.
#[must_use]
pub fn post(tie: Option<&Tie>, line: &Line, standing: &Standing) -> bool {
    static EVENT: Statement = Statement(include_str!("sql/post_event.sql"));
    static SIGN_UP: Statement = Statement(include_str!("sql/post_sign_up.sql"));
    let mut arguments = arguments(line, standing);
    match tie {
        None => EVENT.write(&arguments, |rows| !rows.is_empty()),
        Some(tie) => {
            arguments.push(tie.attributed_at.into());
            SIGN_UP.write(&arguments, |rows| !rows.is_empty())
        }
    }
}

fn arguments<'a>(line: &'a Line, standing: &'a Standing) -> Vec<DatumWithOid<'a>> {
    let (basis, rate) = line.basis.in_ledger();
    let place = standing.place;
    vec![
        line.mode.as_str().into(),
        line.kind.as_str().into(),
        line.side.as_str().into(),
        line.program_id.into(),
        line.plan_version.into(),
        line.referrer_id.into(),
        line.referee_id.into(),
        line.event_kind.as_str().into(),
        line.event_key.as_str().into(),
        Numeric(line.volume_before).into(),
        line.tier.as_deref().into(),
        basis.into(),
        rate.map(Numeric).into(),
        line.base_amount.map(Numeric).into(),
        Numeric(line.amount).into(),
        (&*line.currency).into(),
        line.occurred_at.into(),
        line.payable_at.into(),
        line.note.map(Note::as_str).into(),
        standing.as_of.into(),
        place.map(|place| place.program_id).into(),
        place.map(|place| place.plan_version).into(),
        place.map(|place| place.window.start).into(),
        place.map(|place| place.window.end).into(),
        Numeric(standing.volume).into(),
        standing.tier.as_deref().into(),
        audit_id::next().into(),
    ]
}
