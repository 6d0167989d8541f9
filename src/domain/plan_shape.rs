//! A plan as JSON has it: which keys there are, what is optional, and how numbers are written. Documented in
//! doc/plans.md; what the values mean is checked in `plan_json`.

use super::currency::Rounding;
use super::plan::{Accrual, Crossing, Metric, RatingMethod};
use super::window::Window;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, IntoDeserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A plan, with the defaults of DESIGN 3.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanShape {
    pub currency: CurrencyShape,
    #[serde(default, deserialize_with = "word")]
    pub metric: Metric,
    #[serde(default)]
    pub window: WindowShape,
    #[serde(default = "utc")]
    pub time_zone: String,
    #[serde(default, deserialize_with = "word")]
    pub rating: RatingMethod,
    #[serde(default, deserialize_with = "word")]
    pub crossing: Crossing,
    #[serde(default, deserialize_with = "word")]
    pub rounding: Rounding,
    #[serde(default, deserialize_with = "word")]
    pub accrual: Accrual,
    #[serde(default)]
    pub hold_days: Exact,
    #[serde(default = "yes")]
    pub reversal_lowers_volume: bool,
    #[serde(default)]
    pub ties_returning_people: bool,
    #[serde(default = "none")]
    pub limits: Object<LimitsShape>,
    #[serde(default)]
    pub referee: RatesShape,
    pub tiers: Vec<Object<TierShape>>,
}

/// Rates by kind of event.
pub type RatesShape = BTreeMap<String, Object<RateShape>>;

fn none() -> Object<LimitsShape> {
    Object(LimitsShape::default())
}

fn yes() -> bool {
    true
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A tier of a plan.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierShape {
    pub name: String,
    pub from: Exact,
    pub rates: RatesShape,
}

/// What one kind of event earns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateShape {
    #[serde(default, deserialize_with = "given")]
    pub flat: Option<Exact>,
    #[serde(default, deserialize_with = "given")]
    pub percent: Option<Exact>,
    #[serde(default, deserialize_with = "given")]
    pub min: Option<Exact>,
    #[serde(default, deserialize_with = "given")]
    pub max: Option<Exact>,
}

/// What bounds the lines of a referrer.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct LimitsShape {
    #[serde(default, deserialize_with = "given")]
    pub commissions_per_window: Option<Exact>,
    #[serde(default, deserialize_with = "given")]
    pub amount_per_window: Option<Exact>,
    #[serde(default, deserialize_with = "given")]
    pub months_after_signup: Option<Exact>,
}

/// A window as long as so many days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaysShape {
    pub days: Exact,
}

/// Over which time volume counts.
pub enum WindowShape {
    Named(Window),
    Days(DaysShape),
}

impl Default for WindowShape {
    fn default() -> WindowShape {
        WindowShape::Named(Window::default())
    }
}

impl<'de> Deserialize<'de> for WindowShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = WindowShape;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a window such as \"month\", or {\"days\": 30}")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<WindowShape, E> {
                const WORDS: [(&str, Window); 5] = [
                    ("lifetime", Window::Lifetime),
                    ("month", Window::Month),
                    ("quarter", Window::Quarter),
                    ("year", Window::Year),
                    ("event", Window::Event),
                ];
                let found = WORDS.iter().find(|(known, _)| *known == word);
                found
                    .map(|(_, window)| WindowShape::Named(*window))
                    .ok_or_else(|| E::unknown_variant(word, &["lifetime", "month", "quarter", "year", "event"]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WindowShape, A::Error> {
                DaysShape::deserialize(MapAccessDeserializer::new(map)).map(WindowShape::Days)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A unit of one's own, such as points.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitShape {
    pub unit: String,
    pub decimals: Exact,
}

/// What a plan pays in.
pub enum CurrencyShape {
    Iso(String),
    Unit(UnitShape),
}

impl<'de> Deserialize<'de> for CurrencyShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = CurrencyShape;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a currency code such as \"USD\", or {\"unit\": \"CREDIT\", \"decimals\": 0}")
            }

            fn visit_str<E: de::Error>(self, code: &str) -> Result<CurrencyShape, E> {
                Ok(CurrencyShape::Iso(code.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CurrencyShape, A::Error> {
                UnitShape::deserialize(MapAccessDeserializer::new(map)).map(CurrencyShape::Unit)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Something that JSON must write as an object: left to itself, serde takes a list of the values as well.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Keys<T> {
            type Value = T;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_map(Keys(PhantomData)).map(Object)
    }
}

/// A number that may be left out: left to itself, serde takes null as well.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Exact>, D::Error> {
    Exact::deserialize(deserializer).map(Some)
}

/// One of several words: left to itself, serde takes an object with the word as its key as well.
fn word<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(String::deserialize(deserializer)?.into_deserializer())
}

/// A decimal written as a JSON number or as a string, read digit by digit, never as a binary float.
#[derive(Default)]
pub struct Exact(pub Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Number(number) => number.to_string(),
            serde_json::Value::String(text) => text,
            other => return Err(de::Error::custom(format!("expected a number, found {other}"))),
        };
        // Excerpts, since a hostile number may be long.
        let shown: String = written.chars().take(40).collect();
        let plain = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
        Decimal::from_str_exact(&written)
            .ok()
            .filter(|_| plain && written.bytes().any(|byte| byte.is_ascii_digit()))
            .map(Exact)
            .ok_or_else(|| de::Error::custom(format!("{shown:?} is not a plain decimal number that fits")))
    }
}
