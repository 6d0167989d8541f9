//! Queued accrual: events wait until somebody accrues them, in their order, as they would have been on arrival.
//!
//! Whoever acts on a referrer at once first settles what waits for that referrer, so that the order is kept.

use super::accounts::Accounts;
use super::environment;
use super::error::Error;
use super::journal::Journal;
use super::judge::{self, Case, Recorded};
use super::register::{BATCH, BadInput};
use crate::domain::eligibility::{Amount, Occurrence, TieState};
use crate::domain::event::Event;
use crate::domain::mode::Mode;
use crate::domain::plan::{Program, SIGN_UP};
use crate::pg::timestamp::now;
use crate::pg::{memory, subtransaction};
use crate::store::attribution::Tie;
use crate::store::queue::{self, New, Waiting};
use crate::store::{event, participant, program, standing};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// Makes ready that events wait for referrers: whoever accrues them finds a standing to lock.
pub fn prepare(mode: Mode, referrer_ids: impl Iterator<Item = i64>) {
    let ids: BTreeSet<i64> = referrer_ids.collect();
    standing::ensure(&Vec::from_iter(ids), mode);
}

/// Whether the events of a program's referrers wait.
pub fn queues(program_id: i32) -> bool {
    program::by_id(program_id).is_some_and(|program| program.queues_at(now()))
}

/// Those of the referrers whose events wait, with the programs that they are in.
pub fn queueing(referrer_ids: &HashSet<i64>) -> HashMap<i64, i32> {
    if !program::any_may_have_queued() {
        return HashMap::new();
    }
    let ids: Vec<i64> = referrer_ids.iter().copied().collect();
    participant::programs(&ids).into_iter().filter(|(_, program_id)| queues(*program_id)).collect()
}

/// The referrers for whom events of these keys wait; a sign-up is named by the referee's user_key.
pub fn referrers(mode: Mode, kind: &str, keys: &[String]) -> Vec<i64> {
    if !program::any_may_have_queued() {
        return Vec::new();
    }
    if kind != SIGN_UP {
        return queue::of_events(mode, kind, keys);
    }
    let referees = participant::by_keys(keys.iter().map(String::as_str).collect());
    let keys: Vec<String> = referees.values().map(|referee| referee.id.to_string()).collect();
    queue::of_events(mode, kind, &keys)
}

/// Puts a sign-up into the queue, and makes its tie.
pub fn wait_as_sign_up(journal: &mut Journal, tie: Tie, program_id: i32) {
    journal.tie(tie);
    let event = Event {
        key: Some(tie.referee_id.to_string()),
        referee: None,
        amount: Amount::Absent,
        currency: None,
        at: Some(tie.attributed_at),
    };
    wait(journal, SIGN_UP, &event, tie, program_id);
}

/// Puts an event with a key into the queue.
pub fn wait(journal: &mut Journal, kind: &str, event: &Event, tie: Tie, program_id: i32) {
    journal.wait(New {
        program_id,
        is_paused: program::by_id(program_id).is_some_and(|program| program.paused),
        referrer_id: tie.referrer_id,
        referee_id: tie.referee_id,
        kind: kind.to_owned(),
        key: event.key.clone().unwrap_or_default(),
        amount: event.amount,
        currency: event.currency().map(str::to_owned),
        at: event.at,
    });
}

/// Locks the accounts of referrers, and settles what waits for them.
pub fn lock(accounts: &mut Accounts, referrer_ids: impl Iterator<Item = i64>) {
    let new: Vec<i64> = referrer_ids.filter(|id| !accounts.holds(*id)).collect();
    accounts.lock(new.iter().copied());
    if new.is_empty() || !program::any_may_have_queued() {
        return;
    }
    let mode = accounts.mode();
    while settle(accounts, |most| queue::of_referrers(mode, &new, most), BATCH) == BATCH {}
}

/// Accrues at most so many waiting events, passing over referrers whom somebody else works on; gives how many.
pub fn process(batch: i32) -> Result<i64, Error> {
    let batch = usize::try_from(batch).ok().filter(|batch| *batch > 0).ok_or(Error::NotPositive { name: "batch" })?;
    let mut taken = 0;
    // What was live when it arrived is not accrued in a copy of the database, or in a server without real money.
    let modes: &[Mode] = if environment::mode() == Mode::Live { &[Mode::Live, Mode::Mock] } else { &[Mode::Mock] };
    for mode in modes {
        taken += process_mode(*mode, batch - taken);
    }
    Ok(taken as i64)
}

fn process_mode(mode: Mode, batch: usize) -> usize {
    let (mut taken, mut passed) = (0, Vec::new());
    while taken < batch {
        let oldest = queue::oldest(mode, (batch - taken) as i64, &passed);
        if oldest.is_empty() {
            break;
        }
        let mut accounts = Accounts::new(mode);
        let locked = accounts.try_lock(&oldest);
        while !locked.is_empty() && taken < batch {
            let most = BATCH.min(batch - taken);
            let settled = settle(&mut accounts, |most| queue::oldest_of_referrers(mode, &locked, most), most);
            taken += settled;
            if settled < most {
                break;
            }
        }
        accounts.save();
        // Those are done, or in other hands.
        passed.extend(oldest);
    }
    taken
}

/// Accrues some of the events that wait for locked referrers, and takes them from the queue; gives how many.
fn settle(accounts: &mut Accounts, read: impl Fn(i64) -> Vec<Waiting>, most: usize) -> usize {
    memory::scratch(|| {
        loop {
            let waiting = read(most as i64);
            let copies = accounts.copies(waiting.iter().map(|waiting| waiting.tie.referrer_id));
            let mut known = known(accounts.mode(), &waiting);
            let stored = subtransaction::all_or_nothing(|| {
                waiting.iter().for_each(|waiting| accrue(accounts, waiting, &mut known));
                accounts.store().then_some(())
            });
            if stored.is_some() {
                return waiting.len();
            }
            // Somebody recorded one of the events for another referee, or emptied the queue, and has committed by now.
            accounts.restore(copies);
        }
    })
}

/// Which of the events have their lines, by kind.
fn known(mode: Mode, waiting: &[Waiting]) -> HashMap<String, Recorded> {
    let mut keys: HashMap<&str, Vec<&str>> = HashMap::new();
    for waiting in waiting {
        keys.entry(&waiting.kind).or_default().extend(waiting.event.key.as_deref());
    }
    keys.into_iter().map(|(kind, keys)| (kind.to_owned(), event::known(mode, kind, &keys))).collect()
}

fn accrue(accounts: &mut Accounts, waiting: &Waiting, known: &mut HashMap<String, Recorded>) {
    // From here on it counts as recorded, not as waiting: both change when the journal is stored.
    accounts.journal.settle(waiting.id);
    let program = as_it_was(waiting);
    let (tie, key) = (waiting.tie, waiting.event.key.as_deref().unwrap_or_default());
    let known = known.entry(waiting.kind.clone()).or_default();
    if waiting.kind == SIGN_UP {
        // Only a row that was put there by hand is one that has its line.
        if known.contains_key(key) {
            return;
        }
        let sign_up = Occurrence::sign_up(key, tie.referee_id, tie.attributed_at, TieState::New);
        // Why it earned nothing is recorded, and nothing else follows from it.
        let _ = accounts.occur_in(program, tie.referrer_id, &sign_up);
        return;
    }
    let case = Case { kind: &waiting.kind, key, event: &waiting.event, bad_input: BadInput::Record };
    if let Some(recorded) = known.get(key) {
        judge::known(accounts, &case, recorded, Some(tie.referee_id));
        return;
    }
    judge::tied(accounts, &case, tie, waiting.arrived_at, Some(program), known);
}

/// The program that an event met when it arrived.
fn as_it_was(waiting: &Waiting) -> Rc<Program> {
    let program = program::by_id(waiting.program_id).expect("a foreign key vouches for it");
    if program.paused == waiting.was_paused {
        return program;
    }
    Rc::new(Program { paused: waiting.was_paused, ..(*program).clone() })
}
