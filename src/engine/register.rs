//! Registers sign-ups: makes participants, ties them to referrers, accrues commissions, and records all of it.
//! The one path for a single INSERT, a COPY of a million rows, a back-fill and a direct call.

use super::accounts::Accounts;
use super::codes::{self, Applicant, Issued};
use super::environment;
use super::error::Error;
use super::{erase, programs, queue, records};
use crate::domain::code::Code;
use crate::domain::sign_up::{self, KeyProblem, Owner, SignUp, Untied, is_blank};
use crate::domain::timestamp::Timestamp;
use crate::pg::memory;
use crate::pg::timestamp::now;
use crate::store::attachment;
use crate::store::attribution::Tie;
use crate::store::ledger;
use crate::store::participant::{self, Participant};
use pgrx::pg_sys::Oid;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

/// How many sign-ups are registered at a time: bounds the memory of a backend, and is large enough to be fast.
pub const BATCH: usize = 10_000;

/// What to do about a key, a code or a time that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadInput {
    /// A direct call: raise an error.
    Raise,
    /// The application's own statement, which must not fail for it: make do, and record it.
    Record,
}

/// Registers the sign-ups of one statement, batch by batch. What it did is complete after [`Registrar::finish`].
pub struct Registrar {
    program_id: i32,
    table: Option<Oid>,
    table_name: OnceCell<Option<String>>,
    bad_input: BadInput,
    accounts: Accounts,
}

/// The outcome for one sign-up.
pub type Registered = Result<Issued, KeyProblem>;

/// A sign-up with its key, time and result.
struct Entry<'a> {
    sign_up: &'a SignUp,
    at: Timestamp,
    issued: Registered,
}

impl Registrar {
    /// Prepares registration into a program, which is made if it is missing. `table` is named in audit rows.
    pub fn new(program: &str, table: Option<Oid>, bad_input: BadInput) -> Result<Registrar, Error> {
        let mode = environment::mode();
        Ok(Registrar {
            program_id: programs::ensure(program)?,
            table,
            table_name: OnceCell::new(),
            bad_input,
            accounts: Accounts::new(mode),
        })
    }

    /// Locks the standings of all referrers of a statement that takes several batches, so that it locks in one
    /// ascending order over all of them and cannot deadlock with another.
    pub fn lock_ahead(&mut self, codes: HashSet<Code>) {
        let owners = participant::by_codes(codes.iter().map(Code::as_str).collect());
        let (queueing, immediate): (Vec<&Participant>, Vec<&Participant>) =
            owners.values().partition(|owner| queue::queues(owner.program_id));
        queue::prepare(self.accounts.mode(), queueing.iter().map(|owner| owner.id));
        queue::lock(&mut self.accounts, immediate.iter().map(|owner| owner.id));
    }

    /// Registers a batch, in its order.
    pub fn register(&mut self, sign_ups: &[SignUp]) -> Result<Vec<Registered>, Error> {
        memory::scratch(|| self.register_batch(sign_ups))
    }

    fn register_batch(&mut self, sign_ups: &[SignUp]) -> Result<Vec<Registered>, Error> {
        let entries = self.enter(sign_ups)?;
        let mut owners = owners(&entries);
        untie_returning(&entries, &mut owners);
        let (queueing, immediate): (Vec<&Owner>, Vec<&Owner>) =
            owners.values().flatten().partition(|owner| queue::queues(owner.program_id));
        queue::prepare(self.accounts.mode(), queueing.iter().map(|owner| owner.participant_id));
        queue::lock(&mut self.accounts, immediate.iter().map(|owner| owner.participant_id));
        for (row, entry) in entries.iter().enumerate() {
            let participant = match &entry.issued {
                Ok(issued) => issued.participant(),
                Err(problem) => {
                    let table = self.table_name.get_or_init(|| self.table.and_then(attachment::name));
                    self.accounts.journal.record(records::skipped(*problem, table.clone()));
                    continue;
                }
            };
            self.record_bad_input(entry, participant.id)?;
            let Some(named) = named_code(entry.sign_up) else { continue };
            match owners.get(&row).copied().unwrap_or(Err(Untied::AlreadyRegistered)) {
                Err(reason) => self.accounts.journal.record(records::untied(participant.id, reason, named)),
                Ok(owner) => {
                    let tie =
                        Tie { referee_id: participant.id, referrer_id: owner.participant_id, attributed_at: entry.at };
                    match self.accounts.holds(tie.referrer_id) {
                        true => self.accounts.tie(tie),
                        false => queue::wait_as_sign_up(&mut self.accounts.journal, tie, owner.program_id),
                    }
                }
            }
        }
        // Nobody else knows the participants, so nobody else has recorded their sign-ups.
        self.accounts.store();
        Ok(entries.into_iter().map(|entry| entry.issued).collect())
    }

    /// Writes the standings. They are held to the end of the statement, since a referrer may be in every batch.
    pub fn finish(self) {
        self.accounts.save();
    }

    /// Checks keys and times, and makes the participants.
    fn enter<'b>(&self, sign_ups: &'b [SignUp]) -> Result<Vec<Entry<'b>>, Error> {
        let now = now();
        let mut applicants = Vec::with_capacity(sign_ups.len());
        let mut checked = Vec::with_capacity(sign_ups.len());
        for sign_up in sign_ups {
            let at = sign_up.registered_at.filter(|at| at.is_usable()).unwrap_or(now);
            let key = sign_up::check_key(sign_up.user_key.as_deref());
            match key {
                Ok(user_key) => applicants.push(Applicant {
                    user_key,
                    wanted: sign_up.wanted_code.as_deref(),
                    label: sign_up.label.as_deref(),
                    is_by_hand: self.bad_input == BadInput::Raise,
                    registered_at: at,
                }),
                Err(problem) if self.bad_input == BadInput::Raise => return Err(Error::from_key(problem, sign_up)),
                Err(_) => (),
            }
            checked.push((sign_up, at, key));
        }
        let mut issued = codes::issue(self.program_id, &applicants)?.into_iter();
        let entry = |(sign_up, at, key): (&'b SignUp, Timestamp, Result<&str, KeyProblem>)| Entry {
            sign_up,
            at,
            issued: key.map(|_| issued.next().expect("every applicant has a result")),
        };
        Ok(checked.into_iter().map(entry).collect())
    }

    /// Says what of a new participant's sign-up could not be used.
    fn record_bad_input(&mut self, entry: &Entry, participant_id: i64) -> Result<(), Error> {
        let Ok(Issued::New { refused, .. }) = entry.issued else { return Ok(()) };
        if let Some(problem) = refused {
            let wanted = entry.sign_up.wanted_code.as_deref().unwrap_or_default();
            if self.bad_input == BadInput::Raise {
                return Err(Error::from_code(problem, wanted));
            }
            self.accounts.journal.record(records::code_refused(participant_id, problem, wanted));
        }
        if let Some(given) = entry.sign_up.registered_at.filter(|given| !given.is_usable()) {
            if self.bad_input == BadInput::Raise {
                return Err(Error::TimeOutOfRange { name: "registered_at", given: given.to_string() });
            }
            self.accounts.journal.record(records::time_refused(Some(participant_id), given));
        }
        Ok(())
    }
}

/// Records that a statement's users were not registered, since a column that attach was given is gone or has become
/// unsuitable.
///
/// Their INSERT must not fail for it, and registering them without the column would untie them for ever.
pub fn skip_statement(table: Oid, missing_column: &str) {
    let name = attachment::name(table);
    pgrx::warning!(
        "users of {} are not registered: it has no suitable column \"{missing_column}\" any more; call referrals.attach again",
        name.as_deref().unwrap_or("the table")
    );
    ledger::note(&records::column_missing(missing_column, name));
}

/// The code that a sign-up named, as typed.
fn named_code(sign_up: &SignUp) -> Option<&str> {
    sign_up.referred_by.as_deref().filter(|typed| !is_blank(typed))
}

/// Unties those who were tied once before they were erased, where the plan of the referrer does not tie people again.
fn untie_returning(entries: &[Entry], owners: &mut HashMap<usize, Result<Owner, Untied>>) {
    let key = |row: &usize| entries[*row].sign_up.user_key.as_deref();
    let tied = owners.iter().filter(|(_, owner)| owner.is_ok()).filter_map(|(row, _)| key(row));
    let returning = erase::were_tied(tied);
    for (row, owner) in owners.iter_mut().filter(|(row, _)| key(row).is_some_and(|key| returning.contains(key))) {
        *owner = owner.and_then(|owner| match programs::ties_returning_people(owner.program_id, entries[*row].at) {
            true => Ok(owner),
            false => Err(Untied::ReturningPerson),
        });
    }
}

/// For each new participant whose sign-up named a code: whom it ties to, by the row of the batch.
fn owners(entries: &[Entry]) -> HashMap<usize, Result<Owner, Untied>> {
    let new = || entries.iter().enumerate().filter(|(_, entry)| matches!(entry.issued, Ok(Issued::New { .. })));
    let named: Vec<(usize, Option<Code>)> =
        new().filter_map(|(row, entry)| Some((row, Code::parse(named_code(entry.sign_up)?)))).collect();
    let codes: HashSet<&str> = named.iter().filter_map(|(_, code)| code.as_ref().map(Code::as_str)).collect();
    let found = participant::by_codes(codes.into_iter().collect());
    let row_of: HashMap<i64, usize> = match found.is_empty() {
        true => HashMap::new(),
        false => new().filter_map(|(row, entry)| Some((entry.issued.as_ref().ok()?.participant().id, row))).collect(),
    };
    let owner = |code: &Code| {
        found.get(code.as_str()).map(|participant| Owner {
            participant_id: participant.id,
            program_id: participant.program_id,
            erased: participant.erased,
            row: row_of.get(&participant.id).copied(),
        })
    };
    named.into_iter().map(|(row, code)| (row, sign_up::tie(row, code.as_ref().and_then(owner)))).collect()
}
