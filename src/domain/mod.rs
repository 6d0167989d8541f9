//! The rules, as pure functions over plain values. Nothing in here knows that Postgres exists.
//!
//! Where to begin: a [`plan`] is read by [`plan_json`]. An [`account`] is one referrer, moved by ties, events and reversals:
//! [`eligibility`] says whether an event earns, [`rating`] and [`limits`] what, [`reversal`] and [`rerating`] what is taken
//! back or rated again. It reads what was recorded from a [`book`] and writes [`line`]s to it; a [`tally`] remembers the
//! volumes that it has counted, and the [`standing`] is what is kept of them.

pub mod account;
pub mod arguments;
pub mod attachment;
pub mod block;
pub mod book;
pub mod claims;
pub mod code;
pub mod code_maker;
pub mod column_type;
pub mod currency;
pub mod eligibility;
pub mod encoding;
pub mod erasure;
pub mod event;
pub mod event_source;
pub mod explanation;
pub mod fraction;
pub mod ledger_figures;
pub mod limits;
pub mod line;
pub mod marks;
pub mod merkle;
pub mod mode;
pub mod name;
pub mod payout;
pub mod plan;
pub mod plan_json;
pub mod plan_rules;
pub mod plan_shape;
pub mod progress;
pub mod rating;
pub mod rerating;
pub mod reversal;
pub mod sign_up;
pub mod simulation;
pub mod standing;
pub mod tally;
pub mod timestamp;
pub mod top;
pub mod verification;
pub mod volume;
pub mod window;
