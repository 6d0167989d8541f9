//! Programs and plans, and the copy of them that each backend keeps.

use super::audit_id;
use super::cache::Cached;
use super::statement::{Statement, all, column, first, required};
use crate::domain::plan::{PlanVersion, Program};
use crate::domain::plan_json::{self, PlanError};
use crate::domain::timestamp::Timestamp;
use crate::pg::invalidation;
use crate::pg::report::{Report, raise};
use pgrx::JsonB;
use pgrx::prelude::PgSqlErrorCode;
use pgrx::spi::SpiHeapTupleData;
use std::collections::HashMap;
use std::rc::Rc;

/// Programs by id.
type Programs = HashMap<i32, Rc<Program>>;

thread_local! {
    static PROGRAMS: Cached<Programs> = const { Cached::new() };
}

/// The program of a number.
pub fn by_id(program_id: i32) -> Option<Rc<Program>> {
    let find = || PROGRAMS.with(|programs| programs.get(load)).get(&program_id).cloned();
    find().or_else(|| {
        // A commit can be seen a moment before it is heard of.
        invalidation::forget();
        find()
    })
}

/// The program of a name.
pub fn by_name(name: &str) -> Option<Rc<Program>> {
    PROGRAMS.with(|programs| programs.get(load)).values().find(|program| program.name == name).cloned()
}

/// Whether there is any program.
pub fn is_any() -> bool {
    !PROGRAMS.with(|programs| programs.get(load)).is_empty()
}

/// Whether any program ever queued, so that something may be waiting.
pub fn any_may_have_queued() -> bool {
    PROGRAMS.with(|programs| programs.get(load)).values().any(|program| program.may_have_queued())
}

fn load() -> Programs {
    // One statement: programs and plans must be of one moment.
    static ALL: Statement = Statement(include_str!("sql/programs.sql"));
    let rows = ALL.read(&[], |rows| {
        all(rows, |row| {
            let program =
                Program { id: required(row, 1), name: required(row, 2), paused: required(row, 3), versions: vec![] };
            let version = column(row, 4).map(|version| plan_version(row, &program.name, version));
            (program, version)
        })
    });
    let mut programs: HashMap<i32, Program> = HashMap::new();
    for (program, version) in rows {
        programs.entry(program.id).or_insert(program).versions.extend(version);
    }
    programs.into_iter().map(|(id, program)| (id, Rc::new(program))).collect()
}

fn plan_version(row: &SpiHeapTupleData, program: &str, version: i32) -> PlanVersion {
    let JsonB(json) = required(row, 6);
    let plan = plan_json::parse(&json).unwrap_or_else(|PlanError { path, problem }| {
        // It was checked when it was defined, so a later version of the extension wrote it, or a hand.
        let message = format!("version {version} of program \"{program}\" cannot be read at {path}: {problem}");
        raise(
            Report::new(PgSqlErrorCode::ERRCODE_DATA_CORRUPTED, message)
                .hint("Is the extension's library older than its data?"),
        )
    });
    PlanVersion { version, effective_from: required(row, 5), plan: Rc::new(plan) }
}

/// Creates a program; `None` if there is one of this name, though it may have been committed this very moment.
pub fn create(name: &str) -> Option<i32> {
    // Before it takes an id: where the record was received, the sequence is behind until then.
    audit_id::begin_epoch_if_new();
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
