//! The referrers of a statement: locks their standings, rates their referees' sign-ups one after the other, and writes
//! the standings back.

use super::records;
use crate::domain::mode::Mode;
use crate::domain::plan::{PlanVersion, Program, SIGN_UP};
use crate::domain::rating::{Outcome, decide};
use crate::domain::standing::{Standing, Tally};
use crate::domain::timestamp::Timestamp;
use crate::store::attribution::Tie;
use crate::store::ledger::Record;
use crate::store::{attribution, participant, program, standing};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Why a program is there.
const VOUCHED: &str = "a foreign key vouches for it";

/// Locked standings, by referrer.
pub struct Standings {
    mode: Mode,
    referrers: BTreeMap<i64, Referrer>,
}

struct Referrer {
    program: Rc<Program>,
    standing: Standing,
    tally: Tally,
    counted: bool,
}

impl Standings {
    /// Holds none yet.
    pub fn new(mode: Mode) -> Standings {
        Standings { mode, referrers: BTreeMap::new() }
    }

    /// Locks the standings of referrers, those not held yet, until the end of the transaction. From here on the order
    /// of arrival is fixed.
    pub fn lock(&mut self, referrer_ids: impl Iterator<Item = i64>) {
        let missing: BTreeSet<i64> = referrer_ids.filter(|id| !self.referrers.contains_key(id)).collect();
        let missing: Vec<i64> = missing.into_iter().collect();
        let standings = standing::lock(&missing, self.mode);
        // Read under the lock: a referrer may have been moved while this waited.
        let programs = participant::programs(&missing);
        for (id, standing) in standings {
            let program = program::by_id(programs[&id]).expect(VOUCHED);
            self.referrers.insert(id, Referrer { program, tally: Tally::of(&standing), standing, counted: false });
        }
    }

    /// Tells that these ties are in the database now, so that a count of it finds them.
    pub fn ties_are_stored(&mut self, ties: &[Tie]) {
        for tie in ties {
            if let Some(referrer) = self.referrers.get_mut(&tie.referrer_id) {
                referrer.tally.ties_are_stored();
            }
        }
    }

    /// Counts a new tie and rates its sign-up in the referrer's program. Appends what is to be recorded.
    pub fn accrue(&mut self, tie: Tie, records: &mut Vec<Record>) {
        let mode = self.mode;
        let referrer = self.referrers.get_mut(&tie.referrer_id).expect("locked before");
        let program = Rc::clone(&referrer.program);
        let (program_id, at) = (program.id, tie.attributed_at);
        let in_force =
            program.plan_at(at).map(|version| (version, referrer.volume_before(tie.referrer_id, mode, version, at)));
        match decide(&program, in_force, SIGN_UP) {
            Outcome::Refused(reason) => records.push(records::refused(mode, tie.referee_id, program_id, reason)),
            Outcome::NotRated => (),
            Outcome::Line(rating) => {
                let (version, before) = in_force.expect("a line is rated by a plan in force");
                records.push(records::accrual(mode, tie, program_id, version, before, rating));
            }
        }
        referrer.tally.count_tie(at);
        let after = referrer.standing_after(at, &program, in_force.map(|(version, _)| version));
        if after.tier != referrer.standing.tier {
            records.push(records::tier_changed(mode, tie.referrer_id, &referrer.standing, &after));
        }
        // Written back even where a late tie leaves it as it was: that a row was written is how a transaction with a
        // fixed snapshot learns that its count of ties is out of date.
        (referrer.standing, referrer.counted) = (after, true);
    }

    /// Writes back those that ties were counted to.
    pub fn save(&self) {
        let counted: Vec<(i64, &Standing)> = self
            .referrers
            .iter()
            .filter(|(_, referrer)| referrer.counted)
            .map(|(id, referrer)| (*id, &referrer.standing))
            .collect();
        standing::save(self.mode, &counted);
    }
}

impl Referrer {
    /// The volume in the plan's window, counted from the ties unless the standing or this batch knows it.
    fn volume_before(&mut self, id: i64, mode: Mode, version: &PlanVersion, at: Timestamp) -> Decimal {
        let window = version.plan.window_at(at);
        match self.tally.volume(window) {
            Some(volume) => volume,
            None => self.tally.learn(window, attribution::count(id, mode, window)),
        }
    }

    fn standing_after(&self, at: Timestamp, program: &Program, in_force: Option<&PlanVersion>) -> Standing {
        let place = self.standing.place;
        let place_program = place.and_then(|place| program::by_id(place.program_id));
        let place_plan = place
            .zip(place_program.as_deref())
            .and_then(|(place, program)| program.plan_version(place.plan_version))
            .map(|version| &*version.plan);
        self.standing.after_tie(at, in_force.map(|version| (program.id, version)), place_plan, &self.tally)
    }
}
