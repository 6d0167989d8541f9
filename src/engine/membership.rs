//! Membership: which program a participant belongs to as referrer.

use super::error::Error;
use super::{programs, records};
use crate::store::{ledger, participant, program};
use serde_json::json;

/// Moves a participant to another program, as referrer. Only events from now on are touched.
pub fn enroll(user_key: &str, program_name: &str) -> Result<(), Error> {
    let to = programs::known(program_name)?;
    let (participant_id, before) = participant::move_to_program(user_key, to.id)
        .ok_or_else(|| Error::UnknownUser { user_key: user_key.to_owned() })?;
    if before != to.id {
        let detail = json!({"from": program::by_id(before).map(|program| program.name.clone()), "to": to.name});
        ledger::note(&records::entry("enrolled", Some(participant_id), Some(to.id), detail));
    }
    Ok(())
}
