//! Programs: defines, pauses and asks them.

use super::environment;
use super::error::Error;
use super::records;
use crate::domain::currency::OutOfRange;
use crate::domain::eligibility::TieState;
use crate::domain::plan::{Plan, Program};
use crate::domain::timestamp::Timestamp;
use crate::domain::volume::volume_around;
use crate::domain::window::Span;
use crate::domain::{name, plan_json, rating};
use crate::store::{ledger, participant, program, volume};
use pgrx::JsonB;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::rc::Rc;

/// Creates a program or adds a version to it; gives the version.
pub fn define(name: &str, plan: Value, effective_from: Option<Timestamp>) -> Result<i32, Error> {
    check_name(name)?;
    plan_json::parse(&plan).map_err(Error::InvalidPlan)?;
    // The beginning of time is what a first version has anyway; no version can begin at its end.
    if let Some(at) = effective_from.filter(|at| !at.is_usable() && *at != Timestamp::NEG_INFINITY) {
        return Err(Error::TimeOutOfRange { name: "effective_from", given: at.to_string() });
    }
    let program_id = program::create(name).or_else(|| program::lock(name)).expect("created, or there before");
    Ok(add_plan(program_id, plan, effective_from))
}

fn add_plan(program_id: i32, plan: Value, effective_from: Option<Timestamp>) -> i32 {
    let (version, effective_from) = program::add_plan(program_id, JsonB(plan), effective_from);
    let detail = json!({"version": version, "effective_from": effective_from.to_string()});
    ledger::note(&records::entry("plan_defined", None, Some(program_id), detail));
    version
}

/// The id of a program; one that is missing is made, with a plan that rates nothing, and a NOTICE says so.
pub fn ensure(name: &str) -> Result<i32, Error> {
    if let Some(program) = program::by_name(name) {
        return Ok(program.id);
    }
    check_name(name)?;
    let Some(program_id) = program::create(name) else {
        // Somebody else made it this very moment, and has given it the plan that it is to have.
        return Ok(program::lock(name).expect("there before"));
    };
    let nothing = json!({
        "currency": {"unit": "NONE", "decimals": 0},
        "tiers": [{"name": "Member", "from": 0, "rates": {}}],
    });
    add_plan(program_id, nothing, None);
    pgrx::notice!(
        "made program \"{name}\" with a plan that rates nothing: sign-ups earn nothing until referrals.define_program gives it rates"
    );
    Ok(program_id)
}

/// Pauses or resumes a program.
pub fn set_paused(name: &str, paused: bool) -> Result<(), Error> {
    let program = known(name)?;
    if program::set_paused(program.id, paused) {
        let action = if paused { "program_paused" } else { "program_resumed" };
        ledger::note(&records::entry(action, None, Some(program.id), json!({})));
    }
    Ok(())
}

/// A program that must exist.
pub fn known(name: &str) -> Result<Rc<Program>, Error> {
    program::by_name(name).ok_or_else(|| Error::UnknownProgram { name: name.to_owned() })
}

/// Whether the plan in force at a time ties people once more who were erased and have come back.
pub fn ties_returning_people(program_id: i32, at: Timestamp) -> bool {
    let program = program::by_id(program_id);
    program.is_some_and(|program| program.plan_at(at).is_some_and(|version| version.plan.ties_returning_people))
}

/// The plan in force at a time, as it was defined.
pub fn plan_at(name: &str, at: Timestamp) -> Option<JsonB> {
    let program = program::by_name(name)?;
    program::plan_json(program.id, program.plan_at(at)?.version)
}

/// The tier that a user has, or had, as referrer; in the current mode, and in the program that the user is in now.
pub fn tier_of(user_key: &str, at: Timestamp) -> Result<Option<String>, Error> {
    if !at.is_usable() {
        return Err(Error::TimeOutOfRange { name: "at", given: at.to_string() });
    }
    let Some(person) = participant::by_key(user_key) else { return Ok(None) };
    let Some(program) = program::by_id(person.program_id) else { return Ok(None) };
    let Some(version) = program.plan_at(at) else { return Ok(None) };
    let plan = &version.plan;
    let window = Span { end: plan.window_at(at).end.min(at.next()), ..plan.window_at(at) };
    let volume = volume::count_read(person.id, environment::mode().as_str(), &plan.measure(), window);
    Ok(plan.tier_at(volume).map(|tier| tier.name.clone()))
}

/// What an event would earn its referrer, limits aside; `None` if it would be refused for want of a rate.
pub fn quote(
    plan: &Value,
    event_kind: &str,
    volume: Decimal,
    amount: Option<Decimal>,
) -> Result<Option<Decimal>, Error> {
    let plan: Plan = plan_json::parse(plan).map_err(Error::InvalidPlan)?;
    for (name, number) in [("volume", Some(volume)), ("amount", amount)] {
        if number.is_some_and(|number| number.is_sign_negative() && !number.is_zero()) {
            return Err(Error::NegativeNumber { name });
        }
    }
    if !plan.rates_kind(event_kind) {
        return Ok(None);
    }
    if amount.is_none() && plan.needs_amount(event_kind) {
        return Err(Error::MissingAmount { kind: event_kind.to_owned() });
    }
    let (before, after) = volume_around(&plan, TieState::of_kind(event_kind), amount, volume);
    let rating = rating::rate(&plan, event_kind, amount, before, after);
    rating.map(|rating| Some(rating.amount)).map_err(|OutOfRange| Error::EarningsOutOfRange)
}

/// Checks the name of a program to be made.
fn check_name(name: &str) -> Result<(), Error> {
    match name::problem(name) {
        None => Ok(()),
        Some(_) => Err(Error::InvalidProgramName { given: name.chars().take(80).collect() }),
    }
}
