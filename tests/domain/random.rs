//! Random plans and histories, for properties that hold of all of them.

use super::world::World;
use crate::domain::plan::Plan;
use crate::domain::plan::tests::plan;
use crate::domain::reversal::Take;
use crate::domain::timestamp::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000_000;

/// Something that happens, at an hour counted from 1970.
#[derive(Debug, Clone)]
pub enum Step {
    SignUp(i64),
    /// A payment of so many cents.
    Payment(i64, i64),
    /// An order, which has no amount.
    Order(i64),
    /// Something is taken back of one of the lines: all, thousandths of the money, or thousandths of the event's amount.
    Rest(usize),
    Part(usize, i64),
    Refund(usize, i64),
    /// The program is paused, or goes on.
    Pause(bool),
}

impl Step {
    /// When, if it is an event.
    pub fn time(&self) -> Option<Timestamp> {
        match self {
            Step::SignUp(at) | Step::Payment(at, _) | Step::Order(at) => Some(hour(*at)),
            _ => None,
        }
    }
}

/// A time of a step.
pub fn hour(hour: i64) -> Timestamp {
    Timestamp::from_micros(hour * HOUR)
}

/// A history of two months, in any order.
pub fn history() -> impl Strategy<Value = Vec<Step>> {
    let hours = || 0..60 * 24i64;
    // Many amounts are alike, and some are nothing.
    let cents = prop_oneof![Just(0), Just(1), Just(5_000), 1..20_000i64];
    let step = prop_oneof![
        3 => hours().prop_map(Step::SignUp),
        5 => (hours(), cents).prop_map(|(hour, cents)| Step::Payment(hour, cents)),
        2 => hours().prop_map(Step::Order),
        1 => any::<usize>().prop_map(Step::Rest),
        2 => (any::<usize>(), 1..=1000i64).prop_map(|(line, part)| Step::Part(line, part)),
        2 => (any::<usize>(), 1..=1000i64).prop_map(|(line, part)| Step::Refund(line, part)),
        1 => any::<bool>().prop_map(Step::Pause),
    ];
    prop::collection::vec(step, 1..30)
}

/// A rate for payments: in marginal rating a bare percentage.
fn rate(marginal: bool) -> BoxedStrategy<Value> {
    let percent = (0..2000i64).prop_map(|tenths| Decimal::new(tenths, 1).to_string());
    let bare = percent.clone().prop_map(|percent| json!({"percent": percent}));
    if marginal {
        return bare.boxed();
    }
    let bounded = (percent, 0..500i64, 0..3000i64).prop_map(|(percent, min, more)| {
        let (min, max) = (Decimal::new(min, 2), Decimal::new(min + more, 2));
        json!({"percent": percent, "min": min.to_string(), "max": max.to_string()})
    });
    prop_oneof![2 => bare, 1 => bounded].boxed()
}

/// A step up, and the rates of a payment, an order and a sign-up.
type Rung = (i64, [Option<Value>; 3]);

fn tiers(metric: &str, marginal: bool) -> impl Strategy<Value = Value> + use<> {
    let unit = if metric == "revenue" { 5_000 } else { 200 };
    let flat = (0..5000i64).prop_map(|cents| json!({"flat": Decimal::new(cents, 2).to_string()}));
    let flat = || prop::option::of(flat.clone()).prop_map(move |flat| flat.filter(|_| !marginal));
    let rates = (prop::option::weighted(0.8, rate(marginal)), flat(), flat());
    let rung = (0..4i64, rates.prop_map(|(payment, order, sign_up)| [payment, order, sign_up]));
    prop::collection::vec(rung, 1..4).prop_map(move |rungs| {
        let mut from = 0;
        let tier = |(index, (step, rates)): (usize, Rung)| {
            // The first may begin at nothing; the others are above the one before.
            from += if index == 0 { step * unit } else { (step + 1) * unit };
            let rates = ["payment", "order", "signup"].into_iter().zip(rates);
            let rates: serde_json::Map<String, Value> =
                rates.filter_map(|(kind, rate)| Some((kind.to_owned(), rate?))).collect();
            json!({"name": format!("T{index}"), "from": Decimal::new(from, 2).to_string(), "rates": rates})
        };
        rungs.into_iter().enumerate().map(tier).collect()
    })
}

/// A plan of any kind, as JSON.
pub fn plans() -> impl Strategy<Value = Value> {
    let metric = prop::sample::select(vec!["referrals", "events", "revenue"]);
    let rating = prop::sample::select(vec!["forward", "marginal", "whole"]);
    (metric, rating).prop_flat_map(|(metric, rating)| {
        let metric = if rating == "marginal" { "revenue" } else { metric };
        let mut windows =
            vec![json!("lifetime"), json!("month"), json!("month"), json!("quarter"), json!("year"), json!("event")];
        if rating != "whole" {
            windows.extend([json!({"days": 1}), json!({"days": 20})]);
        }
        let limits = (prop::option::of(1..5), prop::option::of(0..100)).prop_map(move |(count, amount)| match rating {
            "whole" => json!({}),
            _ => json!({"commissions_per_window": count, "amount_per_window": amount}),
        });
        let crossings = if rating == "forward" { vec!["new", "old"] } else { vec!["new"] };
        (
            (
                prop::sample::select(windows),
                prop::sample::select(vec!["USD", "EUR"]),
                prop::sample::select(vec!["immediate", "queued"]),
            ),
            prop::sample::select(vec!["UTC", "America/New_York", "Asia/Kathmandu"]),
            prop::sample::select(crossings),
            prop::sample::select(vec!["half_up", "half_even", "down"]),
            prop::bool::weighted(0.8),
            limits,
            prop::bool::weighted(0.3),
            tiers(metric, rating == "marginal"),
        )
            .prop_map(move |((window, currency, accrual), zone, crossing, rounding, lowers, mut limits, welcome, tiers)| {
                limits.as_object_mut().unwrap().retain(|_, limit| !limit.is_null());
                let referee =
                    if welcome { json!({"signup": {"flat": 5}, "payment": {"percent": 1}}) } else { json!({}) };
                // When events are accrued says nothing of what they earn.
                json!({"currency": currency, "accrual": accrual, "metric": metric, "window": window, "time_zone": zone, "rating": rating,
                    "crossing": crossing, "rounding": rounding, "reversal_lowers_volume": lowers, "limits": limits,
                    "referee": referee, "tiers": tiers})
            })
    })
}

/// The plan of JSON.
pub fn read(json: &Value) -> Plan {
    plan(&json.to_string())
}

impl World {
    /// Lets a step happen; whether anything came of it.
    pub fn step(&mut self, step: &Step) -> bool {
        match *step {
            Step::SignUp(at) => self.sign_up(hour(at)).is_ok(),
            Step::Payment(at, cents) => self.event("payment", hour(at), Some(Decimal::new(cents, 2))).is_ok(),
            Step::Order(at) => self.event("order", hour(at), None).is_ok(),
            Step::Rest(line) => self.take(line, |_, _| Take::Rest),
            Step::Part(line, part) => self.take(line, |net, _| Take::Amount((net * Decimal::new(part, 3)).round_dp(2))),
            Step::Refund(line, part) => {
                self.take(line, |_, base| Take::Refund((base * Decimal::new(part, 3)).round_dp(2)))
            }
            Step::Pause(paused) => {
                let within = self.statement.is_some();
                if within {
                    self.end();
                }
                self.program.paused = paused;
                if within {
                    self.begin();
                }
                true
            }
        }
    }

    fn take(&mut self, line: usize, take: impl Fn(Decimal, Decimal) -> Take) -> bool {
        let lines = self.lines().len();
        if lines == 0 {
            return false;
        }
        let of = self.line(line % lines);
        let take = take(of.net(), of.base_left().unwrap_or_default());
        self.reverse(line % lines, take).is_ok()
    }
}
