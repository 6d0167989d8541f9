//! The book of a referrer: what is recorded, and where new entries go. The database keeps it, or for a simulation memory.

use super::eligibility::{Amount, Refusal};
use super::line::{Line, Recorded};
use super::plan::Plan;
use super::standing::{Place, Standing};
use super::tally::Round;
use super::volume::{Measure, Usage};
use super::window::Span;
use rust_decimal::Decimal;
use std::rc::Rc;

/// What is recorded of the referrer, and where new entries go.
pub trait Book {
    /// The volume of what is stored in a window.
    fn volume(&mut self, measure: &Measure, window: Span) -> Decimal;
    /// The usage of limits by what is stored in a window.
    fn usage(&mut self, currency: &str, window: Span) -> Usage;
    /// Grows whenever what was written is stored.
    fn round(&self) -> Round;
    /// The tiers that the lines of a plan version in a window are rated by, but for those reversed in full.
    fn tiers_of_lines(&mut self, place: Place) -> Vec<Option<String>>;
    /// The lines of a plan version in a window, what was just written included, but for those reversed in full.
    fn lines(&mut self, place: Place) -> Vec<Recorded>;
    /// The plan of a number.
    fn plan(&self, program_id: i32, version: i32) -> Option<Rc<Plan>>;
    /// Takes the next entry of the record.
    fn write(&mut self, entry: Entry);
}

/// An entry of the record.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A line of the ledger.
    Line(Line),
    /// An event that earned none.
    Refused {
        event_kind: String,
        event_key: String,
        referee_id: i64,
        program_id: i32,
        amount: Amount,
        currency: Option<String>,
        reason: Refusal,
    },
    /// The referrer reached, or left, a tier.
    TierChanged { before: Option<String>, after: Standing },
}
