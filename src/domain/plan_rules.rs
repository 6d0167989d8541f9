//! Which parts of a plan do not go together (DESIGN 3).

use super::plan::{Crossing, Metric, Plan, Rate, RatingMethod, SIGN_UP};
use super::plan_json::PlanError;
use super::window::Window;

/// Checks a plan whose parts are each valid.
pub fn check(plan: &Plan) -> Result<(), PlanError> {
    check_sign_ups(plan)?;
    if plan.crossing == Crossing::Old && plan.method != RatingMethod::Forward {
        return Err(PlanError::at("$.crossing", "only forward rating knows \"old\""));
    }
    match plan.method {
        RatingMethod::Forward => Ok(()),
        RatingMethod::Marginal => check_marginal(plan),
        RatingMethod::Whole => check_whole(plan),
    }
}

/// A percentage of nothing would refuse every sign-up.
fn check_sign_ups(plan: &Plan) -> Result<(), PlanError> {
    let rates = plan.tiers.iter().map(|tier| &tier.rates).enumerate();
    let of_tiers = rates.map(|(index, rates)| (format!("$.tiers[{index}].rates.{SIGN_UP}"), rates));
    for (path, rates) in of_tiers.chain([(format!("$.referee.{SIGN_UP}"), &plan.referee)]) {
        if matches!(rates.get(SIGN_UP), Some(Rate::Percent { .. })) {
            return Err(PlanError::at(path, "a sign-up has no amount to take a percentage of"));
        }
    }
    Ok(())
}

fn check_marginal(plan: &Plan) -> Result<(), PlanError> {
    if plan.metric != Metric::Revenue {
        return Err(PlanError::at("$.metric", "marginal rating cuts amounts into bands, so it needs \"revenue\""));
    }
    for (index, tier) in plan.tiers.iter().enumerate() {
        for (kind, rate) in &tier.rates {
            if !matches!(rate, Rate::Percent { min: None, max: None, .. }) {
                let path = format!("$.tiers[{index}].rates.{kind}");
                return Err(PlanError::at(path, "marginal rating takes percent without min and max"));
            }
        }
    }
    Ok(())
}

fn check_whole(plan: &Plan) -> Result<(), PlanError> {
    if plan.limits.look_back() {
        return Err(PlanError::at("$.limits", "whole rating takes no limit per window: it rates all its lines again"));
    }
    if matches!(plan.window, Window::Days(_)) {
        return Err(PlanError::at(
            "$.window",
            "whole rating needs a window that lines share; one of days is another for every event",
        ));
    }
    Ok(())
}
