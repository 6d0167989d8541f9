//! Eligibility: which events earn a line, and why the others are refused (DESIGN 3).

use super::plan::{PlanVersion, Program, SIGN_UP};
use super::timestamp::Timestamp;
use rust_decimal::Decimal;

/// Why an event earned no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is registered under the referee's key.
    UnknownReferee,
    /// The referee is tied to nobody.
    NoReferrer,
    /// The referrer's program is paused.
    ProgramPaused,
    /// No plan version was in force when the event happened.
    NoPlan,
    /// No rate of the plan is for this kind.
    NoRate,
    /// The amount is negative, or missing where a percentage needs it.
    InvalidAmount,
    /// The amount, or what it comes to, does not fit the ledger. `invalid_amount` in the audit.
    AmountOutOfRange,
    /// The event is in another currency than the plan.
    CurrencyMismatch,
    /// The referee was tied too long ago.
    Expired,
    /// The same event was recorded with other content.
    ConflictingEvent,
}

impl Refusal {
    /// The word in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::UnknownReferee => "unknown_referee",
            Refusal::NoReferrer => "no_referrer",
            Refusal::ProgramPaused => "program_paused",
            Refusal::NoPlan => "no_plan",
            Refusal::NoRate => "no_rate",
            Refusal::InvalidAmount | Refusal::AmountOutOfRange => "invalid_amount",
            Refusal::CurrencyMismatch => "currency_mismatch",
            Refusal::Expired => "expired",
            Refusal::ConflictingEvent => "conflicting_event",
        }
    }
}

/// An event's own amount, as its source has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// It has none.
    Absent,
    /// Fits `numeric(19,4)`.
    Given(Decimal),
    /// NaN, an infinity, or more digits than the ledger has.
    Unusable,
}

impl Amount {
    /// The amount, if there is one to be used.
    pub fn given(self) -> Option<Decimal> {
        match self {
            Amount::Given(amount) => Some(amount),
            _ => None,
        }
    }
}

/// How the referee's tie stands to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TieState {
    /// The event is the sign-up that makes the tie.
    New,
    /// The event is a sign-up sent again, whose tie is counted already.
    Counted,
    /// The event is no sign-up, or the tie counts to the other mode.
    Apart,
}

impl TieState {
    /// That of an event that has not happened yet.
    pub fn of_kind(event_kind: &str) -> TieState {
        if event_kind == SIGN_UP { TieState::New } else { TieState::Apart }
    }
}

/// An event of a tied referee.
#[derive(Debug, Clone, Copy)]
pub struct Occurrence<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its key, as the ledger has it.
    pub key: &'a str,
    /// Whose event it is.
    pub referee_id: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Its own amount.
    pub amount: Amount,
    /// Currency of the amount; `None` for the plan's.
    pub currency: Option<&'a str>,
    /// When the referee was tied.
    pub tied_at: Timestamp,
    /// Whether that tie is part of it.
    pub tie: TieState,
}

impl<'a> Occurrence<'a> {
    /// The sign-up of a referee, which is as old as the tie.
    pub fn sign_up(key: &'a str, referee_id: i64, tied_at: Timestamp, tie: TieState) -> Occurrence<'a> {
        Occurrence { kind: SIGN_UP, key, referee_id, at: tied_at, amount: Amount::Absent, currency: None, tied_at, tie }
    }
}

/// The plan version that rates an event, or why none does.
pub fn check<'a>(program: &'a Program, event: &Occurrence) -> Result<&'a PlanVersion, Refusal> {
    if program.paused {
        return Err(Refusal::ProgramPaused);
    }
    let version = program.plan_at(event.at).ok_or(Refusal::NoPlan)?;
    let plan = &version.plan;
    if !plan.rates_kind(event.kind) {
        return Err(Refusal::NoRate);
    }
    match event.amount {
        Amount::Unusable => return Err(Refusal::AmountOutOfRange),
        Amount::Given(amount) if amount.is_sign_negative() && !amount.is_zero() => return Err(Refusal::InvalidAmount),
        Amount::Absent if plan.needs_amount(event.kind) => return Err(Refusal::InvalidAmount),
        _ => (),
    }
    if event.currency.is_some_and(|given| !plan.currency.is_called(given)) {
        return Err(Refusal::CurrencyMismatch);
    }
    if plan.is_expired(event.tied_at, event.at) {
        return Err(Refusal::Expired);
    }
    Ok(version)
}
