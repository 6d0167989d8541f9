//! Explanations: how a line came about, in words and figures.

use super::currency::{Currency, in_words};
use super::eligibility::TieState;
use super::fraction::Fraction;
use super::line::{Kind, Recorded, Side};
use super::plan::{Crossing, Metric, Plan, PlanVersion, Rate, RatingMethod};
use super::rating::{Basis, Note, earned, slices};
use super::timestamp::Timestamp;
use super::volume::volume_around;
use super::window::Window;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rust_decimal::Decimal;

/// A line, and what people call those that it names.
pub struct Subject<'a> {
    /// The accrual and its corrections.
    pub recorded: &'a Recorded,
    /// The program that rated it.
    pub program: &'a str,
    /// The plan version that rated it.
    pub version: &'a PlanVersion,
    /// The user_key of the referrer.
    pub referrer: &'a str,
    /// The user_key of the referee.
    pub referee: &'a str,
    /// The event's key, as the application knows it.
    pub event_key: &'a str,
}

/// Explains an accrual, one sentence a line.
pub fn of_accrual(subject: &Subject) -> String {
    let Recorded { id, line, .. } = subject.recorded;
    let plan = &subject.version.plan;
    let money = |amount| in_words(amount, &plan.currency);
    let (role, payee) = match line.side {
        Side::Referrer => ("referrer", subject.referrer),
        Side::Referee => ("referee", subject.referee),
    };
    let mut sentences = vec![
        format!("Line {id}: {} for {role} {payee} ({}).", money(line.amount), line.mode.as_str()),
        event(subject),
        format!(
            "Plan: version {} of program {}, in force {}.",
            subject.version.version,
            subject.program,
            since(subject.version.effective_from)
        ),
    ];
    match line.side {
        Side::Referee => sentences.push(referee_rate(subject)),
        Side::Referrer => {
            sentences.push(window(plan, line.occurred_at));
            sentences.extend([volume(subject), tier(subject), rate(subject)]);
            if line.note == Some(Note::Capped) {
                sentences.push(format!("Limits: {}, which leaves {}.", limits(plan), money(line.amount)));
            }
        }
    }
    sentences.push(match plan.hold_days {
        0 => format!("Hold: none, payable from {}.", line.payable_at),
        days => format!("Hold: {days} x 24 hours, payable from {}.", line.payable_at),
    });
    for correction in &subject.recorded.corrections {
        let (id, kind, reason) = (correction.id, correction.kind.as_str(), correction.reason.as_deref().unwrap_or(""));
        let refund = correction.refunded.map_or_else(String::new, |part| format!(" for a refund of {}", money(part)));
        sentences.push(format!("Line {id}, {kind}: {}{refund}; {reason}.", money(correction.amount)));
    }
    if !subject.recorded.corrections.is_empty() {
        sentences.push(format!("Left: {}.", money(subject.recorded.net())));
    }
    sentences.join("\n")
}

/// Explains a correction, before the line that it corrects.
pub fn of_correction(id: i64, subject: &Subject) -> String {
    let found = subject.recorded.corrections.iter().find(|correction| correction.id == id);
    let accrual = of_accrual(subject);
    let Some(correction) = found else { return accrual };
    let verb = match correction.kind {
        Kind::Adjustment => "rates again",
        _ => "takes back",
    };
    let amount = in_words(correction.amount, &subject.version.plan.currency);
    let reason = correction.reason.as_deref().unwrap_or("");
    format!("Line {id}: {amount}, which {verb} line {}; {reason}.\n{accrual}", subject.recorded.id)
}

fn since(from: Timestamp) -> String {
    if from == Timestamp::NEG_INFINITY { "from the beginning".to_owned() } else { format!("since {from}") }
}

fn event(subject: &Subject) -> String {
    let line = &subject.recorded.line;
    let amount = line
        .base_amount
        .map_or_else(String::new, |amount| format!(" over {}", in_words(amount, &subject.version.plan.currency)));
    let (kind, key, at) = (&line.event_kind, subject.event_key, line.occurred_at);
    format!("Event: {kind} {key} of {}{amount}, on {at}.", subject.referee)
}

fn window(plan: &Plan, at: Timestamp) -> String {
    let span = plan.window_at(at);
    let zone = plan.zone.iana_name().unwrap_or("UTC");
    let named = match plan.window {
        Window::Lifetime => return "Window: lifetime.".to_owned(),
        Window::Days(days) => return format!("Window: the {days} x 24 hours that end with the event."),
        Window::Event => return "Window: the event by itself; nothing accumulates.".to_owned(),
        Window::Month => "month",
        Window::Quarter => "quarter",
        Window::Year => "year",
    };
    format!("Window: the {named} from {} to before {} ({zone}).", span.start, span.end)
}

fn volume(subject: &Subject) -> String {
    let (line, plan) = (&subject.recorded.line, &subject.version.plan);
    let tie = TieState::of_kind(&line.event_kind);
    let (before, after) = volume_around(plan, tie, line.base_amount, line.volume_before);
    let shown = |volume: Decimal| match plan.metric {
        Metric::Revenue => in_words(volume, &plan.currency),
        Metric::Referrals => counted(volume, "referral"),
        Metric::Events => counted(volume, "event"),
    };
    format!("Volume: {} before the event, {} with it.", shown(before), shown(after))
}

fn counted(volume: Decimal, what: &str) -> String {
    format!("{} {what}{}", volume.normalize(), if volume == Decimal::ONE { "" } else { "s" })
}

fn tier(subject: &Subject) -> String {
    let (line, plan) = (&subject.recorded.line, &subject.version.plan);
    let by = match (plan.method, plan.crossing) {
        (RatingMethod::Forward, Crossing::New) => "by the volume with the event",
        (RatingMethod::Forward, Crossing::Old) => "by the volume before the event",
        (RatingMethod::Marginal, _) => "where the last slice of the amount falls",
        (RatingMethod::Whole, _) => "by the volume with the event; other tiers of the window rate it again",
    };
    match &line.tier {
        None => format!("Tier: none, {by}; the first begins at {}.", plan.tiers[0].from.normalize()),
        Some(name) => {
            let from = plan.tiers.iter().find(|tier| tier.name == *name).map_or(Decimal::ZERO, |tier| tier.from);
            format!("Tier: {name}, from {}, {by}.", from.normalize())
        }
    }
}

fn rate(subject: &Subject) -> String {
    let (line, plan) = (&subject.recorded.line, &subject.version.plan);
    let kind = line.event_kind.as_str();
    let tier = plan.tiers.iter().find(|tier| Some(&tier.name) == line.tier.as_ref());
    let amount = line.base_amount.unwrap_or_default();
    match (line.basis, tier.and_then(|tier| tier.rates.get(kind))) {
        (Basis::None, _) | (Basis::Flat(_) | Basis::Percent(_), None) => {
            format!("Rate: none for {kind} here ({}).", line.note.map_or("", Note::as_str))
        }
        (Basis::Bands, _) => {
            let bands = slices(plan, amount, line.volume_before);
            let words = bands.iter().map(|slice| {
                let percent = match slice.rate(kind) {
                    Some(Rate::Percent { percent, .. }) => format!("{} %", percent.normalize()),
                    _ => "no rate".to_owned(),
                };
                let name = slice.tier.map_or("no tier", |tier| tier.name.as_str());
                format!("{} at {percent} ({name})", slice.amount.normalize())
            });
            let words = words.collect::<Vec<_>>().join(" + ");
            let sum: Fraction =
                bands.iter().filter_map(|slice| Some(earned(slice.rate(kind)?, Some(slice.amount)))).sum();
            format!("Rate: {words} = {}; {}.", digits(&sum), rounding(plan))
        }
        (_, Some(rate)) => one_rate(plan, rate, line.base_amount),
    }
}

fn referee_rate(subject: &Subject) -> String {
    let (line, plan) = (&subject.recorded.line, &subject.version.plan);
    let words = plan.referee.get(&line.event_kind).map(|rate| one_rate(plan, rate, line.base_amount));
    format!("A reward for the referee, whatever the referrer's tier. {}", words.unwrap_or_default())
}

fn one_rate(plan: &Plan, rate: &Rate, amount: Option<Decimal>) -> String {
    let exact = digits(&earned(rate, amount));
    let words = match rate {
        Rate::Flat(flat) => format!("{} flat", in_words(*flat, &plan.currency)),
        Rate::Percent { percent, min, max } => {
            let bound = |word: &str, bound: &Option<Decimal>| {
                bound.map_or_else(String::new, |bound| format!(", {word} {}", in_words(bound, &plan.currency)))
            };
            let amount = in_words(amount.unwrap_or_default(), &plan.currency);
            let bounds = format!("{}{}", bound("at least", min), bound("at most", max));
            format!("{} % of {amount}{bounds} = {exact}", percent.normalize())
        }
    };
    format!("Rate: {words}; {}.", rounding(plan))
}

fn rounding(plan: &Plan) -> String {
    let Currency { code, decimals } = &plan.currency;
    format!("rounded {} to {decimals} decimals of {code}", plan.rounding.as_str())
}

fn limits(plan: &Plan) -> String {
    let commissions = plan.limits.commissions_per_window.map(|most| format!("{most} commissions in a window"));
    let amount = plan.limits.amount_per_window.map(|most| format!("{} in a window", in_words(most, &plan.currency)));
    commissions.into_iter().chain(amount).collect::<Vec<_>>().join(" and ")
}

/// An exact number: all its digits, or "about" and ten decimals where there is no end of them.
fn digits(exact: &Fraction) -> String {
    const DECIMALS: u32 = 10;
    let scaled = exact * Fraction::from_integer(BigInt::from(10).pow(DECIMALS));
    let about = if scaled.is_integer() { "" } else { "about " };
    let mantissa = scaled.round().to_integer().to_i128();
    let shown = mantissa.and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, DECIMALS).ok());
    shown.map_or_else(|| exact.to_string(), |shown| format!("{about}{}", shown.normalize()))
}
