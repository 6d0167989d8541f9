//! Programs and plans, and the copy of them that each backend keeps.

use super::statement::{Statement, all, column, first, required};
use crate::domain::plan::{PlanVersion, Program};
use crate::domain::plan_json;
use crate::domain::timestamp::Timestamp;
use crate::pg::{invalidation, snapshot};
use pgrx::JsonB;
use pgrx::spi::SpiHeapTupleData;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::default();
}

/// Programs by id, as of an epoch of the invalidations.
#[derive(Default)]
struct Cache {
    epoch: u64,
    programs: HashMap<i32, Rc<Program>>,
}

/// The program of a number that a foreign key vouches for.
pub fn by_id(program_id: i32) -> Rc<Program> {
    find(|programs| programs.get(&program_id).cloned()).expect("a program is never deleted")
}

/// The program of a name.
pub fn by_name(name: &str) -> Option<Rc<Program>> {
    find(|programs| programs.values().find(|program| program.name == name).cloned())
}

/// Looks into the cache, and reads the tables if it is stale or lacks what is wanted.
fn find(wanted: impl Fn(&HashMap<i32, Rc<Program>>) -> Option<Rc<Program>>) -> Option<Rc<Program>> {
    let epoch = invalidation::epoch();
    let cached = CACHE.with_borrow(|cache| (cache.epoch == epoch).then(|| wanted(&cache.programs)).flatten());
    if cached.is_some() {
        return cached;
    }
    let programs = load();
    let found = wanted(&programs);
    // Stamped with the epoch from before the rows were read: a change that came in between makes it stale.
    CACHE.set(Cache { epoch, programs });
    snapshot::forget_if_fixed();
    found
}

fn load() -> HashMap<i32, Rc<Program>> {
    // One statement: programs and plans must be of one moment.
    static PROGRAMS: Statement = Statement(include_str!("sql/programs.sql"));
    super::environment::watch_tables();
    let rows = snapshot::latest(|| {
        PROGRAMS.read(&[], |rows| {
            all(rows, |row| {
                let program = Program {
                    id: required(row, 1),
                    name: required(row, 2),
                    paused: required(row, 3),
                    versions: vec![],
                };
                (program, column(row, 4).map(|version| plan_version(row, version)))
            })
        })
    });
    let mut programs: HashMap<i32, Program> = HashMap::new();
    for (program, version) in rows {
        programs.entry(program.id).or_insert(program).versions.extend(version);
    }
    programs.into_iter().map(|(id, program)| (id, Rc::new(program))).collect()
}

fn plan_version(row: &SpiHeapTupleData, version: i32) -> PlanVersion {
    let JsonB(json) = required(row, 6);
    let plan = plan_json::parse(&json).expect("a stored plan was checked when it was defined");
    PlanVersion { version, effective_from: required(row, 5), plan: Rc::new(plan) }
}

/// Creates a program; `None` if there is one of this name, though it may have been committed this very moment.
pub fn create(name: &str) -> Option<i32> {
    static CREATE: Statement =
        Statement("INSERT INTO referrals.program (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING program_id");
    CREATE.write(&[name.into()], |rows| first(rows, |row| required(row, 1)))
}

/// Locks a program that exists, so that versions are counted one after the other. Sign-ups go on meanwhile: their foreign
/// keys do not conflict with this lock.
pub fn lock(name: &str) -> Option<i32> {
    static LOCK: Statement = Statement("SELECT program_id FROM referrals.program WHERE name = $1 FOR NO KEY UPDATE");
    LOCK.write(&[name.into()], |rows| first(rows, |row| required(row, 1)))
}

/// Adds a plan version. Without a time the first version holds from the beginning, a later one from now. Gives the
/// version and the time it holds from.
pub fn add_plan(program_id: i32, plan: JsonB, effective_from: Option<Timestamp>) -> (i32, Timestamp) {
    static ADD: Statement = Statement(include_str!("sql/add_plan.sql"));
    ADD.write(&[program_id.into(), plan.into(), effective_from.into()], |rows| {
        first(rows, |row| (required(row, 1), required(row, 2))).expect("an insert gives its row")
    })
}

/// The plan in force at a time, as it was defined.
pub fn plan_json(program_id: i32, version: i32) -> Option<JsonB> {
    static PLAN: Statement = Statement("SELECT plan FROM referrals.plan WHERE program_id = $1 AND version = $2");
    PLAN.read(&[program_id.into(), version.into()], |rows| first(rows, |row| required(row, 1)))
}

/// Pauses or resumes a program. Gives whether that changed anything.
pub fn set_paused(program_id: i32, paused: bool) -> bool {
    static PAUSE: Statement =
        Statement("UPDATE referrals.program SET paused = $2 WHERE program_id = $1 AND paused <> $2 RETURNING true");
    PAUSE.write(&[program_id.into(), paused.into()], |rows| !rows.is_empty())
}
