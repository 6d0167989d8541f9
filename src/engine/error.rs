//! What can go wrong in a use case. What the caller is told about it is in [`report`].

mod report;

use crate::domain::code;
use crate::domain::mode::Mode;
use crate::domain::plan_json::PlanError;
use crate::domain::reversal::Problem;
use crate::domain::sign_up::{CodeProblem, KeyProblem, SignUp};

/// An error of a use case. The names of tables, columns and types are as the caller gave them.
#[derive(Debug)]
pub enum Error {
    ReadOnly { function: &'static str, on_standby: bool },
    Receives { what: String, subscription: String },
    NullArgument { name: &'static str },
    EmptyKey,
    KeyTooLong { bytes: usize },
    InvalidCode { wanted: String },
    CodeTaken { wanted: String },
    NoFreeCode,
    TimeOutOfRange { name: &'static str, given: String },
    EmptyTime { since: String, until: String },
    NumberNotFinite { name: &'static str },
    NumberOutOfRange { name: &'static str },
    EarningsOutOfRange,
    NegativeNumber { name: &'static str },
    NotPositive { name: &'static str },
    InvalidProgramName { given: String },
    UnknownProgram { name: String },
    UnknownUser { user_key: String },
    InvalidPlan(PlanError),
    LiveNotAllowed,
    UnknownLevel { level: String, levels: String },
    LevelOfLaterVersion { level: String, version: String },
    UnknownRole,
    UnreadableClaims,
    NotAUsersTable { table: String },
    PrefixTooLong { bytes: usize },
    NoSingleKey { table: String },
    UnknownColumn { table: String, column: String },
    UnsuitableColumn { table: String, column: String, type_name: String, purpose: &'static str },
    VirtualColumn { table: String, column: String },
    MayNotAttach { table: String },
    RowsHidden { table: String },
    ForeignPartitions { table: String },
    SnapshotOutdated,
    SealedMeanwhile,
    BrokenChain { block: i64 },
    UnsuitableCondition { name: &'static str, problem: String },
    NoEventKind,
    InvalidEventKind { given: String, problem: String },
    BlankText { name: &'static str },
    EmptyEventKey,
    EventKeyTooLong { bytes: usize },
    SignUpKey,
    SignUpAmount,
    ConflictingEvent { kind: String, key: String, recorded: String, sent: String },
    MissingAmount { kind: String },
    UnknownLine { commission_id: i64 },
    NotAnAccrual { commission_id: i64, kind: &'static str, corrects: Option<i64> },
    LineOfOtherMode { commission_id: i64, line: Mode, now: Mode },
    CannotReverse { commission_id: i64, currency: String, problem: Problem },
    UnknownPayout { payout_id: i64 },
    WrongPayoutState { payout_id: i64, state: String, wanted: &'static [&'static str] },
    PayoutInMock,
}

impl Error {
    /// A user_key that cannot be registered.
    pub fn from_key(problem: KeyProblem, sign_up: &SignUp) -> Error {
        match (problem, &sign_up.user_key) {
            (KeyProblem::TooLong, Some(key)) => Error::KeyTooLong { bytes: key.len() },
            (_, Some(_)) => Error::EmptyKey,
            (_, None) => Error::NullArgument { name: "user_key" },
        }
    }

    /// A wanted code that cannot be given.
    pub fn from_code(problem: CodeProblem, wanted: &str) -> Error {
        let wanted = code::excerpt(wanted);
        match problem {
            CodeProblem::Invalid => Error::InvalidCode { wanted },
            CodeProblem::Taken => Error::CodeTaken { wanted },
        }
    }
}
