//! Reads a plan from JSON, strictly: unknown keys, missing keys and impossible values are errors that name their path.

use super::currency::{Currency, MAX_DECIMALS, Rounding, is_storable, round};
use super::plan::{Plan, Rate, Tier};
use super::plan_shape::{CurrencyShape, Object, PlanShape, TierShape, UnitShape};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Longest name of a tier, an event kind or a unit, in characters.
const MAX_NAME: usize = 63;
/// More than any ladder has, and few enough to be read in no time.
const MAX_TIERS: usize = 1000;
/// A hundred years.
const MAX_HOLD_DAYS: u32 = 36_500;

/// Why a plan was refused, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// JSON path, such as `$.tiers[1].from`.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl PlanError {
    fn at(path: impl Into<String>, problem: impl Into<String>) -> PlanError {
        PlanError { path: shortened(path.into()), problem: shortened(problem.into()) }
    }
}

/// Reads and checks a plan.
pub fn parse(json: &serde_json::Value) -> Result<Plan, PlanError> {
    let shape: Object<PlanShape> = serde_path_to_error::deserialize(json).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "$".to_owned() } else { format!("$.{path}") };
        PlanError::at(path, in_words_of_json(&error.into_inner().to_string()))
    })?;
    let shape = shape.0;
    let zone = jiff::tz::TimeZone::get(&shape.time_zone)
        .map_err(|_| PlanError::at("$.time_zone", format!("there is no time zone {:?}", shape.time_zone)))?;
    let currency = currency(shape.currency)?;
    let tiers = tiers(shape.tiers, &currency, shape.rounding)?;
    Ok(Plan {
        currency,
        metric: shape.metric,
        window: shape.window,
        zone,
        method: shape.rating,
        crossing: shape.crossing,
        rounding: shape.rounding,
        hold_days: whole(shape.hold_days.0, MAX_HOLD_DAYS, "$.hold_days")?,
        tiers,
    })
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
            Ok(Currency { code: unit, decimals: whole(decimals.0, MAX_DECIMALS, "$.currency.decimals")? })
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
        let mut rates = BTreeMap::new();
        for (kind, Object(rate)) in shape.rates {
            let path = format!("{path}.rates.{kind}");
            check_name(&kind, &path)?;
            check_amount(rate.flat.0, &format!("{path}.flat"))?;
            // It may fit as it is written and not once it is rounded.
            check_amount(round(rate.flat.0, currency, rounding), &format!("{path}.flat"))?;
            rates.insert(kind, Rate::Flat(rate.flat.0));
        }
        tiers.push(Tier { name: shape.name, from: shape.from.0, rates });
    }
    Ok(tiers)
}

fn check_name(name: &str, path: &str) -> Result<(), PlanError> {
    let problem = if name.is_empty() {
        "must not be empty".to_owned()
    } else if name.chars().count() > MAX_NAME {
        format!("has more than {MAX_NAME} characters")
    } else if name != name.trim() || name.chars().any(char::is_control) {
        "must not begin or end with a space or hold control characters".to_owned()
    } else {
        return Ok(());
    };
    Err(PlanError::at(path, problem))
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

fn whole(value: Decimal, most: u32, path: &str) -> Result<u32, PlanError> {
    if !value.fract().is_zero() || value < Decimal::ZERO || value > Decimal::from(most) {
        return Err(PlanError::at(path, format!("{value} is not a whole number from 0 to {most}")));
    }
    Ok(u32::try_from(value).expect("checked above"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::tests::plan;
    use crate::domain::plan::{Crossing, Metric, RatingMethod};
    use crate::domain::window::Window;
    use proptest::prelude::*;

    fn refused(json: &str) -> String {
        let error = parse(&serde_json::from_str(json).unwrap()).map(|_| ()).unwrap_err();
        format!("{}: {}", error.path, error.problem)
    }

    /// A valid plan with one tier, and something put into it.
    fn with(extra: &str) -> String {
        format!(r#"{{"currency": "USD", "tiers": [{{"name": "A", "from": 0, "rates": {{}}}}] {extra}}}"#)
    }

    fn with_tier(tier: &str) -> String {
        format!(r#"{{"currency": "USD", "tiers": [{{"name": "A", "from": 1, "rates": {{}}}}, {tier}]}}"#)
    }

    #[test]
    fn defaults_are_those_of_the_design() {
        let plan = plan(&with(""));
        assert_eq!(plan.metric, Metric::Referrals);
        assert_eq!(plan.window, Window::Lifetime);
        assert_eq!(plan.zone.iana_name(), Some("UTC"));
        assert_eq!(plan.method, RatingMethod::Forward);
        assert_eq!(plan.crossing, Crossing::New);
        assert_eq!(plan.rounding, Rounding::HalfUp);
        assert_eq!(plan.hold_days, 0);
    }

    #[test]
    fn numbers_are_exact_however_written() {
        for written in ["12.345", "\"12.345\"", "12.3450", "\"12.34500\""] {
            let tier = format!(r#"{{"name": "B", "from": 2, "rates": {{"signup": {{"flat": {written}}}}}}}"#);
            let rate = &plan(&with_tier(&tier)).tiers[1].rates["signup"];
            assert_eq!(*rate, Rate::Flat(Decimal::new(12_345, 3)), "{written}");
        }
        let plan = plan(&with(r#", "hold_days": "30""#));
        assert_eq!(plan.hold_days, 30);
    }

    #[test]
    fn a_unit_of_ones_own_is_a_currency() {
        let plan = plan(
            r#"{"currency": {"unit": "CREDIT", "decimals": 0}, "tiers": [{"name": "A", "from": 0, "rates": {}}]}"#,
        );
        assert_eq!(plan.currency, Currency { code: "CREDIT".into(), decimals: 0 });
    }

    #[test]
    fn errors_name_their_path() {
        for (json, path) in [
            (r#"[]"#.to_owned(), "$: invalid type: a list, expected an object"),
            (r#"{"currency": "USD"}"#.to_owned(), "$: missing key `tiers`"),
            (r#"{"tiers": []}"#.to_owned(), "$: missing key `currency`"),
            (r#"{"currency": "USD", "tiers": []}"#.to_owned(), "$.tiers: "),
            (with(r#", "metrics": "referrals""#), "$.metrics: unknown key `metrics`"),
            (with(r#", "metric": "clicks""#), "$.metric: unknown value `clicks`"),
            (with(r#", "window": {"weeks": 1}"#), "$.window: invalid type: an object"),
            (with(r#", "window": {"month": null}"#), "$.window: invalid type: an object"),
            (r#"{"currency": "USD", "tiers": [["A", 0, {}]]}"#.to_owned(), "$.tiers[0]: invalid type: a list"),
            (
                with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": [1]}}"#),
                "$.tiers[1].rates.signup: invalid type: a list",
            ),
            (with(r#", "time_zone": "Mars/Olympus""#), "$.time_zone: there is no time zone"),
            (with(r#", "time_zone": 5"#), "$.time_zone: invalid type"),
            (with(r#", "hold_days": -1"#), "$.hold_days: -1 is not a whole number"),
            (with(r#", "hold_days": 1.5"#), "$.hold_days: 1.5 is not a whole number"),
            (with(r#", "hold_days": "1e2""#), "$.hold_days: "),
            (with(r#", "hold_days": null"#), "$.hold_days: expected a number, found null"),
            (with_tier(r#"{"from": 2, "rates": {}}"#), "$.tiers[1]: missing key `name`"),
            (with_tier(r#"{"name": "A", "from": 2, "rates": {}}"#), "$.tiers[1].name: another tier is named"),
            (with_tier(r#"{"name": "", "from": 2, "rates": {}}"#), "$.tiers[1].name: must not be empty"),
            (with_tier(r#"{"name": "B", "from": 1, "rates": {}}"#), "$.tiers[1].from: tiers ascend"),
            (with_tier(r#"{"name": "B", "from": "NaN", "rates": {}}"#), "$.tiers[1].from: "),
            (with_tier(r#"{"name": "B", "from": 1000000000000000, "rates": {}}"#), "$.tiers[1].from: "),
            (
                with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": {"flat": "-1"}}}"#),
                "$.tiers[1].rates.signup.flat: -1 is negative",
            ),
            (
                with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": {"flat": 0.00001}}}"#),
                "$.tiers[1].rates.signup.flat: ",
            ),
            (
                with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": {"flot": 1}}}"#),
                "$.tiers[1].rates.signup.flot: unknown key",
            ),
            (with_tier(r#"{"name": "B", "from": 2, "rates": {"signup": 5}}"#), "$.tiers[1].rates.signup: "),
            (with_tier(r#"{"name": "B", "from": 2, "rates": {" ": {"flat": 1}}}"#), "$.tiers[1].rates. : "),
        ] {
            let error = refused(&json);
            assert!(error.starts_with(path), "{json}\n  gave {error}\n  not  {path}");
        }
        for currency in [
            r#""EURO""#,
            r#"{"unit": "USD", "decimals": 2}"#,
            r#"{"unit": "P", "decimals": 5}"#,
            r#"{"unit": "P"}"#,
            "5",
        ] {
            let json = format!(r#"{{"currency": {currency}, "tiers": [{{"name": "A", "from": 0, "rates": {{}}}}]}}"#);
            assert!(refused(&json).starts_with("$.currency"), "{}", refused(&json));
        }
    }

    #[test]
    fn a_message_is_short_whatever_the_plan_holds() {
        let key = "k".repeat(100_000);
        assert!(refused(&with(&format!(r#", "{key}": 1"#))).len() < 1000);
    }

    proptest! {
        #[test]
        fn no_json_makes_the_parser_panic(text in any::<String>(), number in any::<f64>()) {
            let number = serde_json::Number::from_f64(number).map_or_else(|| "0".to_owned(), |number| number.to_string());
            let text = serde_json::to_string(&text).unwrap();
            for json in [
                with(&format!(r#", "hold_days": {number}"#)),
                with(&format!(r#", "time_zone": {text}"#)),
                with(&format!(r#", {text}: {text}"#)),
                with_tier(&format!(r#"{{"name": {text}, "from": {number}, "rates": {{{text}: {{"flat": {number}}}}}}}"#)),
            ] {
                let _ = parse(&serde_json::from_str(&json).unwrap());
            }
        }

        #[test]
        fn any_amount_that_fits_is_read_exactly(mantissa in 0..=9_999_999_999_999_999_999i128, as_text in any::<bool>()) {
            let amount = Decimal::from_i128_with_scale(mantissa, 4);
            let written = if as_text { format!("\"{amount}\"") } else { amount.to_string() };
            let tier = format!(r#"{{"name": "B", "from": 2, "rates": {{"signup": {{"flat": {written}}}}}}}"#);
            prop_assert_eq!(&plan(&with_tier(&tier)).tiers[1].rates["signup"], &Rate::Flat(amount));
        }
    }
}
