//! Late ties: support staff tie a participant to a referrer afterwards, once.

use super::accounts::Accounts;
use super::environment;
use super::error::Error;
use super::{erase, programs, queue, records};
use crate::domain::code::Code;
use crate::domain::sign_up::{self, Owner, Untied};
use crate::pg::timestamp::now;
use crate::store::attribution::{self, Tie};
use crate::store::{ledger, participant};

/// Ties a participant to the owner of a code, from now on; false if that cannot be, and the audit says why.
pub fn attribute(user_key: &str, code: &str, reason: &str) -> Result<bool, Error> {
    // Of two calls about the same person the second waits here, and finds them tied.
    let referee_id = participant::lock(user_key).ok_or_else(|| Error::UnknownUser { user_key: user_key.to_owned() })?;
    let owner = match attribution::of_referee(referee_id) {
        Some(_) => Err(Untied::AlreadyTied),
        None => owner(referee_id, code).and_then(|owner| match may_be_tied(user_key, owner.program_id) {
            true => Ok(owner),
            false => Err(Untied::ReturningPerson),
        }),
    };
    let referrer_id = match owner {
        Ok(owner) => owner.participant_id,
        Err(why) => {
            ledger::note(&records::untied(referee_id, why, code));
            return Ok(false);
        }
    };
    let mut accounts = Accounts::new(environment::mode());
    queue::lock(&mut accounts, [referrer_id].into_iter());
    accounts.journal.record(records::attributed(referee_id, referrer_id, reason));
    accounts.tie(Tie { referee_id, referrer_id, attributed_at: now() });
    // Nobody else can tie this person meanwhile, nor rate the sign-up.
    accounts.store();
    accounts.save();
    Ok(true)
}

/// Whether this is nobody who was tied before they were erased, or the plan of the referrer ties people again.
fn may_be_tied(user_key: &str, program_id: i32) -> bool {
    erase::were_tied([user_key].into_iter()).is_empty() || programs::ties_returning_people(program_id, now())
}

fn owner(referee_id: i64, code: &str) -> Result<Owner, Untied> {
    let found = Code::parse(code).and_then(|code| participant::by_codes(vec![code.as_str()]).into_values().next());
    let owner = found.map(|found| Owner {
        participant_id: found.id,
        program_id: found.program_id,
        erased: found.erased,
        // As if the code came with the sign-up, where it is the person's own.
        row: (found.id == referee_id).then_some(0),
    });
    sign_up::tie(0, owner)
}
