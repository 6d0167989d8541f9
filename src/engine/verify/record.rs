//! The record by itself: every line, standing and payout is what the rules make of the rest.

use super::Report;
use crate::domain::mode::Mode;
use crate::domain::payout;
use crate::domain::plan_json;
use crate::domain::standing::Standing;
use crate::domain::verification;
use crate::domain::window::Window;
use crate::store::verify::{self, Accrual, Payout};
use crate::store::{program, volume};
use rust_decimal::Decimal;

/// Checks all of it, in both modes.
pub fn check(report: &mut Report) {
    verify::for_each_stray_row(|what| report.add("record_broken", what));
    verify::for_each_payout(|payout| check_payout(&payout, report));
    let mut are_readable = true;
    verify::for_each_plan(|program, version, plan| {
        if let Err(error) = plan_json::parse(&plan) {
            are_readable = false;
            report.add(
                "plan_unreadable",
                format!("version {version} of program \"{program}\" at {}: {}", error.path, error.problem),
            );
        }
    });
    // Without its plan no line can be rated again.
    if are_readable {
        verify::for_each_accrual(|accrual| check_accrual(&accrual, report));
        verify::for_each_standing(|standing| check_standing(standing, report));
    }
}

fn check_accrual(accrual: &Accrual, report: &mut Report) {
    report.progress("lines");
    let recorded = &accrual.recorded;
    let program = program::by_id(recorded.line.program_id);
    let version = program.as_ref().and_then(|program| program.plan_version(recorded.line.plan_version));
    // That there is none is told of stray rows.
    let Some(version) = version else { return };
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

fn check_standing(found: Result<(i64, Mode, Standing), i64>, report: &mut Report) {
    report.progress("standings");
    let (participant_id, mode, standing) = match found {
        Ok(standing) => standing,
        Err(id) => return report.add("standing_differs", format!("participant {id}: the volume is not a number")),
    };
    let expected = expected_standing(participant_id, mode, &standing);
    if (standing.volume, &standing.tier) != (expected.0, &expected.1) {
        let words = |volume: Decimal, tier: &Option<String>| {
            format!("{} ({})", volume.normalize(), tier.as_deref().unwrap_or("no tier"))
        };
        report.add(
            "standing_differs",
            format!(
                "participant {participant_id} in {}: volume is {} and should be {}",
                mode.as_str(),
                words(standing.volume, &standing.tier),
                words(expected.0, &expected.1),
            ),
        );
    }
}

/// The volume and tier that ties and lines make of a standing's place.
fn expected_standing(participant_id: i64, mode: Mode, standing: &Standing) -> (Decimal, Option<String>) {
    let Some(place) = standing.place else { return (Decimal::ZERO, None) };
    let program = program::by_id(place.program_id);
    let Some(version) = program.as_ref().and_then(|program| program.plan_version(place.plan_version)) else {
        return (Decimal::ZERO, None);
    };
    let plan = &version.plan;
    let volume = match plan.window {
        Window::Event => Decimal::ZERO,
        _ => volume::count_seen(participant_id, mode, &plan.measure(), place.window),
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
