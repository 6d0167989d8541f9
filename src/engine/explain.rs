//! Explains a line of the ledger to people.

use super::error::Error;
use crate::domain::explanation::{self, Subject};
use crate::domain::line::Kind;
use crate::domain::plan::SIGN_UP;
use crate::store::{lines, participant, program};

/// The reasoning behind a line, in words and figures.
pub fn line(commission_id: i64) -> Result<String, Error> {
    let unknown = || Error::UnknownLine { commission_id };
    let identity = lines::identify(commission_id).ok_or_else(unknown)?;
    let recorded = lines::shown(identity.corrects.unwrap_or(commission_id), identity.mode).ok_or_else(unknown)?;
    let line = &recorded.line;
    let program = program::by_id(line.program_id).ok_or_else(unknown)?;
    let keys = participant::keys(&[line.referrer_id, line.referee_id]);
    let key_of = |id: i64| keys.get(&id).cloned().flatten().unwrap_or_else(|| format!("participant {id}"));
    let (referrer, referee) = (key_of(line.referrer_id), key_of(line.referee_id));
    let subject = Subject {
        recorded: &recorded,
        program: &program.name,
        version: program.plan_version(line.plan_version).ok_or_else(unknown)?,
        referrer: &referrer,
        referee: &referee,
        event_key: if line.event_kind == SIGN_UP { &referee } else { &line.event_key },
    };
    Ok(match identity.kind {
        Kind::Accrual => explanation::of_accrual(&subject),
        Kind::Reversal | Kind::Adjustment => explanation::of_correction(commission_id, &subject),
    })
}
