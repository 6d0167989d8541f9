//! Reads a plan from JSON, strictly: unknown keys, missing keys and impossible values are errors that name their path.

use super::currency::{Currency, MAX_DECIMALS, Rounding, is_storable, round};
use super::fraction::exact;
use super::plan::{Limits, Plan, Rate, Rates, Tier};
use super::plan_shape::{
    CurrencyShape, DaysShape, Exact, LimitsShape, Object, PlanShape, RateShape, RatesShape, TierShape, UnitShape,
    WindowShape,
};
use super::window::Window;
use super::{name, plan_rules};
use rust_decimal::Decimal;
use std::ops::RangeInclusive;

/// More than any ladder has, and few enough to be read in no time.
const MAX_TIERS: usize = 1000;
/// A hundred years.
const MAX_DAYS: u32 = 36_500;
/// A hundred years.
const MAX_MONTHS: u32 = 1200;
/// More lines than any window has.
const MAX_COMMISSIONS: u32 = 1_000_000_000;

/// Why a plan was refused, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// JSON path, such as `$.tiers[1].from`.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl PlanError {
    /// An error at a path.
    pub fn at(path: impl Into<String>, problem: impl Into<String>) -> PlanError {
        PlanError { path: shortened(path.into()), problem: shortened(problem.into()) }
    }
}

/// Reads and checks a plan.
pub fn parse(json: &serde_json::Value) -> Result<Plan, PlanError> {
    let shape: Object<PlanShape> = serde_path_to_error::deserialize(json).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "$".to_owned() } else { format!("$.{path}") };
        // A number that is not small and whole is handed over as an object with this one key.
        match path.split_once(".$serde_json::private::Number") {
            Some((place, _)) => PlanError::at(place, "a number cannot stand here"),
            None => PlanError::at(path, in_words_of_json(&error.into_inner().to_string())),
        }
    })?;
    let shape = shape.0;
    let zone = jiff::tz::TimeZone::get(&shape.time_zone)
        .map_err(|_| PlanError::at("$.time_zone", format!("there is no time zone {:?}", shape.time_zone)))?;
    let currency = currency(shape.currency)?;
    let plan = Plan {
        metric: shape.metric,
        window: match shape.window {
            WindowShape::Named(window) => window,
            WindowShape::Days(DaysShape { days }) => Window::Days(whole(days.0, 1..=MAX_DAYS, "$.window.days")?),
        },
        zone,
        method: shape.rating,
        crossing: shape.crossing,
        accrual: shape.accrual,
        rounding: shape.rounding,
        hold_days: whole(shape.hold_days.0, 0..=MAX_DAYS, "$.hold_days")?,
        reversal_lowers_volume: shape.reversal_lowers_volume,
        ties_returning_people: shape.ties_returning_people,
        limits: limits(shape.limits.0, &currency)?,
        referee: rates(shape.referee, "$.referee", &currency, shape.rounding)?,
        tiers: tiers(shape.tiers, &currency, shape.rounding)?,
        currency,
    };
    plan_rules::check(&plan)?;
    Ok(plan)
}

/// The reader's messages speak of Rust's types.
fn in_words_of_json(message: &str) -> String {
    message
        .replace("unknown field", "unknown key")
        .replace("missing field", "missing key")
        .replace("unknown variant", "unknown value")
        .replace("invalid type: sequence", "invalid type: a list")
        .replace("invalid type: map", "invalid type: an object")
        .replace("expected a sequence", "expected a list")
        .replace("expected a map", "expected an object")
}

/// Keys and values of a plan may be of any length; a message is not, and is one line.
fn shortened(text: String) -> String {
    const KEPT: usize = 240;
    let printable = |character: char| if character.is_control() { '\u{fffd}' } else { character };
    match text.char_indices().nth(KEPT) {
        Some((end, _)) => text[..end].chars().map(printable).chain("...".chars()).collect(),
        None => text.chars().map(printable).collect(),
    }
}

fn currency(shape: CurrencyShape) -> Result<Currency, PlanError> {
    match shape {
        CurrencyShape::Iso(code) => Currency::iso(&code).ok_or_else(|| {
            PlanError::at(
                "$.currency",
                format!("{code:?} is no currency of ISO 4217; for points use {{\"unit\": ..., \"decimals\": ...}}"),
            )
        }),
        CurrencyShape::Unit(UnitShape { unit, decimals }) => {
            check_name(&unit, "$.currency.unit")?;
            if Currency::iso(&unit).is_some() {
                return Err(PlanError::at(
                    "$.currency.unit",
                    format!("{unit:?} is a currency of ISO 4217; write \"currency\": {unit:?}"),
                ));
            }
            Ok(Currency { code: unit.into(), decimals: whole(decimals.0, 0..=MAX_DECIMALS, "$.currency.decimals")? })
        }
    }
}

fn tiers(shapes: Vec<Object<TierShape>>, currency: &Currency, rounding: Rounding) -> Result<Vec<Tier>, PlanError> {
    if shapes.is_empty() {
        return Err(PlanError::at("$.tiers", "a plan needs at least one tier"));
    }
    if shapes.len() > MAX_TIERS {
        return Err(PlanError::at("$.tiers", format!("a plan has at most {MAX_TIERS} tiers, not {}", shapes.len())));
    }
    let mut tiers: Vec<Tier> = Vec::with_capacity(shapes.len());
    for (index, Object(shape)) in shapes.into_iter().enumerate() {
        let path = format!("$.tiers[{index}]");
        check_name(&shape.name, &format!("{path}.name"))?;
        check_amount(shape.from.0, &format!("{path}.from"))?;
        if tiers.iter().any(|earlier| earlier.name == shape.name) {
            return Err(PlanError::at(
                format!("{path}.name"),
                format!("another tier is named {:?} already", shape.name),
            ));
        }
        if let Some(before) = tiers.last().filter(|before| before.from >= shape.from.0) {
            let problem =
                format!("tiers ascend: {} is not above {}, where {:?} begins", shape.from.0, before.from, before.name);
            return Err(PlanError::at(format!("{path}.from"), problem));
        }
        let rates = rates(shape.rates, &format!("{path}.rates"), currency, rounding)?;
        tiers.push(Tier { name: shape.name, from: shape.from.0, rates });
    }
    Ok(tiers)
}

fn rates(shapes: RatesShape, path: &str, currency: &Currency, rounding: Rounding) -> Result<Rates, PlanError> {
    let mut rates = Rates::new();
    for (kind, Object(shape)) in shapes {
        let path = format!("{path}.{kind}");
        check_name(&kind, &path)?;
        rates.insert(kind, rate(shape, &path, currency, rounding)?);
    }
    Ok(rates)
}

fn rate(shape: RateShape, path: &str, currency: &Currency, rounding: Rounding) -> Result<Rate, PlanError> {
    let amount = |value: Option<Exact>, key: &str| -> Result<Option<Decimal>, PlanError> {
        let Some(Exact(value)) = value else { return Ok(None) };
        check_amount(value, &format!("{path}.{key}"))?;
        // It may fit as it is written and not once it is rounded.
        round(&exact(value), currency.decimals, rounding).map(|_| Some(value)).map_err(|_| {
            PlanError::at(format!("{path}.{key}"), format!("{value} has more than 15 digits once it is rounded"))
        })
    };
    match (amount(shape.flat, "flat")?, amount(shape.percent, "percent")?) {
        (Some(_), Some(_)) => Err(PlanError::at(path, "a rate is either flat or percent")),
        (None, None) => Err(PlanError::at(path, "missing key `flat` or `percent`")),
        (Some(_), None) if shape.min.is_some() || shape.max.is_some() => {
            Err(PlanError::at(path, "only a percent rate has a min and a max"))
        }
        (Some(flat), None) => Ok(Rate::Flat(flat)),
        (None, Some(percent)) => {
            let (min, max) = (amount(shape.min, "min")?, amount(shape.max, "max")?);
            match (min, max) {
                (Some(min), Some(max)) if min > max => {
                    Err(PlanError::at(format!("{path}.min"), format!("{min} is above max, which is {max}")))
                }
                _ => Ok(Rate::Percent { percent, min, max }),
            }
        }
    }
}

fn limits(shape: LimitsShape, currency: &Currency) -> Result<Limits, PlanError> {
    let number = |value: Option<Exact>, most: u32, key: &str| {
        value.map(|value| whole(value.0, 1..=most, &format!("$.limits.{key}"))).transpose()
    };
    let amount_per_window = shape.amount_per_window.map(|amount| amount.0);
    if let Some(amount) = amount_per_window {
        check_amount(amount, "$.limits.amount_per_window")?;
        if !currency.is_payable(amount) {
            let problem = format!("{amount} is finer than the smallest amount of {}", currency.code);
            return Err(PlanError::at("$.limits.amount_per_window", problem));
        }
    }
    Ok(Limits {
        commissions_per_window: number(shape.commissions_per_window, MAX_COMMISSIONS, "commissions_per_window")?,
        amount_per_window,
        months_after_signup: number(shape.months_after_signup, MAX_MONTHS, "months_after_signup")?,
    })
}

fn check_name(name: &str, path: &str) -> Result<(), PlanError> {
    name::problem(name).map_or(Ok(()), |problem| Err(PlanError::at(path, problem)))
}

fn check_amount(value: Decimal, path: &str) -> Result<(), PlanError> {
    if value.is_sign_negative() && !value.is_zero() {
        return Err(PlanError::at(path, format!("{value} is negative")));
    }
    if !is_storable(value) {
        let problem = format!("{value} has more than 15 digits before or {MAX_DECIMALS} behind the decimal point");
        return Err(PlanError::at(path, problem));
    }
    Ok(())
}

fn whole(value: Decimal, range: RangeInclusive<u32>, path: &str) -> Result<u32, PlanError> {
    u32::try_from(value)
        .ok()
        .filter(|whole| value.fract().is_zero() && !value.is_sign_negative() && range.contains(whole))
        .ok_or_else(|| {
            let (least, most) = range.into_inner();
            PlanError::at(path, format!("{value} is not a whole number from {least} to {most}"))
        })
}
