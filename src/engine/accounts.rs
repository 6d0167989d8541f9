//! The referrers of a statement: locks their accounts, moves them in the order of arrival, and writes them back.

use super::journal::Journal;
use crate::domain::account::Account;
use crate::domain::eligibility::{Occurrence, Refusal, TieState};
use crate::domain::line::Recorded;
use crate::domain::mode::Mode;
use crate::domain::plan::Program;
use crate::domain::reversal::{Problem, Take};
use crate::domain::standing::Standing;
use crate::store::attribution::Tie;
use crate::store::{audit_id, participant, posting, program, standing};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Why a program or an account is there.
const VOUCHED: &str = "a foreign key vouches for it";
const LOCKED: &str = "its account was locked before";

/// Locked accounts, by referrer, and the journal that they write to.
pub struct Accounts {
    mode: Mode,
    /// What they write to; other records of the same statement go there as well, in their order.
    pub journal: Journal,
    accounts: BTreeMap<i64, Account>,
}

impl Accounts {
    /// Holds none yet.
    pub fn new(mode: Mode) -> Accounts {
        // Before any is locked: where it is new, others wait for it.
        audit_id::begin_epoch_if_new();
        Accounts { mode, journal: Journal::new(mode), accounts: BTreeMap::new() }
    }

    /// The mode of all that is recorded.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Locks the accounts of referrers, those not held yet, until the end of the transaction. From here on the order
    /// of arrival is fixed.
    pub fn lock(&mut self, referrer_ids: impl Iterator<Item = i64>) {
        let missing: BTreeSet<i64> = referrer_ids.filter(|id| !self.accounts.contains_key(id)).collect();
        self.hold(standing::lock(&Vec::from_iter(missing), self.mode));
    }

    /// Locks those accounts that nobody else holds; gives their referrers.
    pub fn try_lock(&mut self, referrer_ids: &[i64]) -> Vec<i64> {
        let free = standing::try_lock(referrer_ids, self.mode);
        let locked = free.iter().map(|(id, _)| *id).collect();
        self.hold(free);
        locked
    }

    fn hold(&mut self, standings: Vec<(i64, Standing)>) {
        let ids: Vec<i64> = standings.iter().map(|(id, _)| *id).collect();
        // Read under the lock: a referrer may have been moved while this waited.
        let programs = participant::programs(&ids);
        for (id, standing) in standings {
            let program = program::by_id(programs[&id]).expect(VOUCHED);
            let account = Account::new(id, self.mode, program, standing, &self.journal.page(id));
            self.accounts.insert(id, account);
        }
    }

    /// Whether the account of a referrer is locked.
    pub fn holds(&self, referrer_id: i64) -> bool {
        self.accounts.contains_key(&referrer_id)
    }

    /// Makes a tie, and rates its sign-up in the referrer's program.
    pub fn tie(&mut self, tie: Tie) {
        self.journal.tie(tie);
        let key = tie.referee_id.to_string();
        // Why a sign-up earned nothing is recorded, and nothing else follows from it.
        let _ =
            self.occur(tie.referrer_id, &Occurrence::sign_up(&key, tie.referee_id, tie.attributed_at, TieState::New));
    }

    /// Counts and rates an event of somebody tied to the referrer; gives the currency of its lines.
    pub fn occur(&mut self, referrer_id: i64, event: &Occurrence) -> Result<Rc<str>, Refusal> {
        let account = self.accounts.get_mut(&referrer_id).expect(LOCKED);
        account.occur(event, &mut self.journal.page(referrer_id))
    }

    /// The same for an event that arrived while the referrer was in this program, paused or not.
    pub fn occur_in(&mut self, program: Rc<Program>, referrer_id: i64, event: &Occurrence) -> Result<Rc<str>, Refusal> {
        let account = self.accounts.get_mut(&referrer_id).expect(LOCKED);
        let now = std::mem::replace(&mut account.program, program);
        let result = self.occur(referrer_id, event);
        self.accounts.get_mut(&referrer_id).expect(LOCKED).program = now;
        result
    }

    /// Reverses a line of a referrer. `tie_counts` tells whether it is the line of a sign-up whose tie is of this mode.
    pub fn reverse(&mut self, of: &Recorded, take: Take, reason: &str, tie_counts: bool) -> Result<(), Problem> {
        let account = self.accounts.get_mut(&of.line.referrer_id).expect(LOCKED);
        account.reverse(of, take, reason, tie_counts, &mut self.journal.page(of.line.referrer_id))
    }

    /// Whether events of a referrer may rate earlier lines again.
    pub fn may_rerate(&self, referrer_id: i64) -> bool {
        let program = &self.accounts.get(&referrer_id).expect(LOCKED).program;
        program.versions.iter().any(|version| version.plan.rates_again())
    }

    /// Copies of accounts, to go back to.
    pub fn copies(&self, referrer_ids: impl Iterator<Item = i64>) -> Vec<Account> {
        let ids: BTreeSet<i64> = referrer_ids.collect();
        ids.into_iter().filter_map(|id| self.accounts.get(&id).cloned()).collect()
    }

    /// Goes back to copies.
    pub fn restore(&mut self, copies: Vec<Account>) {
        self.accounts.extend(copies.into_iter().map(|account| (account.id, account)));
    }

    /// Stores what was decided. False if an event turned out to be recorded by somebody else meanwhile: see
    /// [`Journal::store`].
    pub fn store(&mut self) -> bool {
        // The one line of a single sign-up or event goes in one statement with its standing.
        let Some((tie, line)) = self.journal.only_line() else { return self.journal.store() };
        let account = self.accounts.get_mut(&line.referrer_id).expect(LOCKED);
        let is_posted = posting::post(tie, line, &account.standing);
        account.touched &= !is_posted;
        self.journal.clear();
        is_posted
    }

    /// Writes back the standings of those that anything happened to.
    pub fn save(&self) {
        let touched: Vec<(i64, &Standing)> = self
            .accounts
            .values()
            .filter(|account| account.touched)
            .map(|account| (account.id, &account.standing))
            .collect();
        standing::save(self.mode, &touched);
    }
}
