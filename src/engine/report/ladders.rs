//! Where everybody stands now, counted by tier; those who are named on the page in full.

use super::people::People;
use crate::domain::currency::shown;
use crate::domain::mode::Mode;
use crate::domain::plan::{Plan, Program, Tier};
use crate::domain::top::Top;
use crate::engine::progress::{Current, Stored, seen};
use crate::pg::timestamp::now;
use crate::report::figures::{Climber, Ladder, Rung};
use crate::store::program;
use crate::store::report::{Person, Standing, names, standings};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How many programs of each mode are on the page, and how many people of each ladder in either group.
const LADDERS: usize = 8;
const CLIMBERS: usize = 10;

/// The standings of all referrers.
pub struct Standings {
    ladders: HashMap<(Mode, i32), Tally>,
    /// Of those on the page, by mode and person.
    kept: HashMap<(Mode, i64), Current>,
}

struct Tally {
    below: i64,
    at: HashMap<String, i64>,
    furthest: Top<(Decimal, Reverse<i64>), (i64, Climber)>,
    nearest: Top<(Decimal, Decimal, Reverse<i64>), (i64, Climber)>,
}

impl Standings {
    /// Brings all standings up to now. The ladders are of one program, or of all.
    pub fn load(program_id: Option<i32>, people: &People) -> Standings {
        let mut wanted: HashMap<(Mode, i64), i32> =
            people.shown().map(|person| ((person.mode, person.participant_id), person.program_id)).collect();
        let mut all = Standings { ladders: HashMap::new(), kept: HashMap::new() };
        standings(|standing| {
            let key = (standing.mode, standing.participant_id);
            let is_wanted = wanted.remove(&key).is_some();
            let is_on_ladder = program_id.is_none_or(|id| id == standing.program_id);
            let Some(current) = (is_wanted || is_on_ladder).then(|| current(&standing)).flatten() else { return };
            if is_on_ladder {
                all.ladders
                    .entry((standing.mode, standing.program_id))
                    .or_insert_with(Tally::new)
                    .add(&standing, &current);
            }
            if is_wanted {
                all.kept.insert(key, current);
            }
        });
        // Who brought nobody stands at nothing.
        for ((mode, participant_id), program_id) in wanted {
            let standing = Standing { participant_id, mode, program_id, place: None, volume: Decimal::ZERO };
            all.kept.extend(current(&standing).map(|current| ((mode, participant_id), current)));
        }
        all
    }

    /// Where somebody on the page stands.
    pub fn of(&self, person: &Person) -> Option<&Current> {
        self.kept.get(&(person.mode, person.participant_id))
    }

    /// Takes out the ladders of a mode, those with most referrers first, and says how many more there are.
    pub fn ladders(&mut self, mode: Mode) -> (Vec<Ladder>, usize) {
        // A program without a plan in force has no tally: nobody stands anywhere in it.
        let of_mode = self.ladders.extract_if(|(of, _), _| *of == mode);
        let mut tallies: Vec<(Rc<Program>, Tally)> =
            of_mode.filter_map(|((_, id), tally)| Some((program::by_id(id)?, tally))).collect();
        tallies.sort_by_cached_key(|(program, tally)| (Reverse(tally.referrers()), program.name.clone()));
        let more = tallies.len().saturating_sub(LADDERS);
        tallies.truncate(LADDERS);
        (tallies.into_iter().filter_map(|(program, tally)| tally.into_ladder(&program)).collect(), more)
    }
}

impl Tally {
    fn new() -> Tally {
        // Of those nearest, as many more as may be among the furthest already.
        let (furthest, nearest) = (Top::new(CLIMBERS), Top::new(2 * CLIMBERS));
        Tally { below: 0, at: HashMap::new(), furthest, nearest }
    }

    fn add(&mut self, standing: &Standing, current: &Current) {
        let Current { volume, progress, .. } = current;
        match &progress.tier {
            Some(tier) => *self.at.entry(tier.clone()).or_default() += 1,
            None => self.below += 1,
        }
        let id = standing.participant_id;
        let climber = Climber {
            user_key: None,
            volume: *volume,
            tier: progress.tier.clone(),
            next: progress.next.clone(),
            done: progress.done,
        };
        if climber.next.is_some() {
            self.nearest.push((climber.done, *volume, Reverse(id)), (id, climber.clone()));
        }
        self.furthest.push((*volume, Reverse(id)), (id, climber));
    }

    fn referrers(&self) -> i64 {
        self.below + self.at.values().sum::<i64>()
    }

    fn into_ladder(self, program: &Program) -> Option<Ladder> {
        let plan: &Plan = &program.plan_at(now())?.plan;
        let mut furthest = self.furthest.into_sorted();
        let named: HashSet<i64> = furthest.iter().map(|(id, _)| *id).collect();
        let mut nearest = self.nearest.into_sorted();
        nearest.retain(|(id, _)| !named.contains(id));
        nearest.truncate(CLIMBERS);
        let mut keys = HashMap::new();
        names(furthest.iter().chain(&nearest).map(|(id, _)| *id).collect(), |name| {
            keys.insert(name.participant_id, name.user_key);
        });
        for (id, climber) in furthest.iter_mut().chain(&mut nearest) {
            climber.user_key = keys.remove(id).flatten();
        }
        let decimals = plan.volume_decimals();
        let rung = |tier: &Tier| Rung {
            name: tier.name.clone(),
            from: shown(tier.from, decimals),
            referrers: self.at.get(&tier.name).copied().unwrap_or(0),
        };
        Some(Ladder {
            program: program.name.clone(),
            metric: plan.metric,
            window: plan.window,
            currency: plan.currency.code.to_string(),
            below: self.below,
            rungs: plan.tiers.iter().map(rung).collect(),
            furthest: furthest.into_iter().map(|(_, climber)| climber).collect(),
            nearest: nearest.into_iter().map(|(_, climber)| climber).collect(),
        })
    }
}

fn current(standing: &Standing) -> Option<Current> {
    seen(&Stored {
        participant_id: standing.participant_id,
        mode: standing.mode.as_str(),
        program_id: standing.program_id,
        place: standing.place,
        volume: standing.volume,
    })
}
