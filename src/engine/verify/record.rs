//! The record by itself: every line, standing and payout is what the rules make of the rest.

use super::Report;
use crate::domain::mode::Mode;
use crate::domain::payout;
use crate::domain::plan::{Plan, PlanVersion};
use crate::domain::plan_json::{self, PlanError};
use crate::domain::standing::Standing;
use crate::domain::verification;
use crate::domain::window::{Span, Window};
use crate::store::verify::{self, Accrual, Payout};
use crate::store::volume;
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::rc::Rc;

/// The plan versions as they are stored, by program and version; those that can be read.
type Plans = HashMap<(i32, i32), PlanVersion>;

/// Checks all of it, in both modes.
pub fn check(report: &mut Report) {
    verify::for_each_stray_row(payout::steps(), |what| report.add("record_broken", what));
    verify::for_each_payout(|payout| check_payout(&payout, report));
    let plans = plans(report);
    report.begin();
    verify::for_each_accrual(|accrual| check_accrual(&accrual, &plans, report));
    report.begin();
    verify::for_each_standing(|standing| check_standing(standing, &plans, report));
}

/// Not those that the session has cached, which are of another moment.
fn plans(report: &mut Report) -> Plans {
    let mut plans = Plans::new();
    verify::for_each_plan(|stored| match plan_json::parse(&stored.plan) {
        Ok(plan) => {
            let (version, effective_from) = (stored.version, stored.effective_from);
            let plan = PlanVersion { version, effective_from, plan: Rc::new(plan) };
            plans.insert((stored.program_id, version), plan);
        }
        Err(PlanError { path, problem }) => report.add(
            "plan_unreadable",
            format!("version {} of program \"{}\" at {path}: {problem}", stored.version, stored.program),
        ),
    });
    plans
}

fn check_accrual(accrual: &Accrual, plans: &Plans, report: &mut Report) {
    report.progress("lines");
    let recorded = &accrual.recorded;
    // That there is none, or that it cannot be read, is told by itself.
    let Some(version) = plans.get(&(recorded.line.program_id, recorded.line.plan_version)) else { return };
    for difference in verification::differences(recorded, version, accrual.tie) {
        report.add("line_differs", format!("line {}: {}", difference.line, difference.what));
    }
    if !accrual.is_of_its_time {
        report.add("line_differs", format!("line {}: recorded_at is not that of its audit row", recorded.id));
    }
    for id in &accrual.foreign {
        report.add(
            "line_differs",
            format!("line {id}: it is of somebody or something else than line {}, which it corrects", recorded.id),
        );
    }
}

fn check_standing(found: Result<(i64, Mode, Standing), i64>, plans: &Plans, report: &mut Report) {
    report.progress("standings");
    let (participant_id, mode, standing) = match found {
        Ok(standing) => standing,
        Err(id) => return report.add("standing_differs", format!("participant {id}: the volume is not a number")),
    };
    let mut differs = |what: String| {
        let mode = mode.as_str();
        report.add("standing_differs", format!("participant {participant_id} in {mode}: {what}"));
    };
    let version = standing.place.map(|place| (place, plans.get(&(place.program_id, place.plan_version))));
    let (volume, tier) = match version {
        None => (Decimal::ZERO, None),
        // That its plan cannot be read is told by itself.
        Some((_, None)) => return,
        Some((place, Some(version))) => {
            if !standing.as_of.is_usable() || place.window != version.plan.window_at(standing.as_of) {
                return differs("its window does not hold its time".to_owned());
            }
            expected_standing(participant_id, mode, place.window, &version.plan)
        }
    };
    if (standing.volume, &standing.tier) != (volume, &tier) {
        let words = |volume: Decimal, tier: &Option<String>| {
            format!("{} ({})", volume.normalize(), tier.as_deref().unwrap_or("no tier"))
        };
        let (found, expected) = (words(standing.volume, &standing.tier), words(volume, &tier));
        differs(format!("volume is {found} and should be {expected}"));
    }
}

/// The volume and tier that ties and lines make of a window.
fn expected_standing(participant_id: i64, mode: Mode, window: Span, plan: &Plan) -> (Decimal, Option<String>) {
    let volume = match plan.window {
        Window::Event => Decimal::ZERO,
        _ => volume::count_seen(participant_id, mode, &plan.measure(), window),
    };
    (volume, plan.tier_at(volume).map(|tier| tier.name.clone()))
}

fn check_payout(payout: &Payout, report: &mut Report) {
    let mut differs = |what: String| report.add("payout_differs", format!("payout {}: {what}", payout.id));
    let (Some(amount), Some(state)) = (&payout.amount, &payout.state) else {
        return differs("it was drafted and is not there".to_owned());
    };
    if *amount != payout.lines {
        differs(format!("amount is {amount} and its lines add up to {}", payout.lines));
    }
    if payout.action.as_deref() != payout::action_of(state) {
        let action = payout.action.as_deref().unwrap_or("nothing");
        differs(format!("it is {state}, and the last recorded of it is {action}"));
    } else if !payout.is_as_recorded {
        differs("payee, amount, lines, time, reference or reason is not what was recorded of it".to_owned());
    }
    if !payout.lines_are_theirs {
        differs("a line of it is of somebody else, mock or in another currency".to_owned());
    }
    if !payout.lines_are_held {
        differs("a line of it is free, or held, against its state".to_owned());
    }
}
