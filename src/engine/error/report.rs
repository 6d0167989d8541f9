//! What the caller is told about an error: the one place that says which SQLSTATE it has.

use super::Error;
use crate::domain::plan_json::PlanError;
use crate::domain::sign_up::{MAX_KEY_BYTES, MAX_PREFIX_BYTES};
use crate::domain::{code, code_maker};
use crate::engine::reversal_error::cannot_reverse;
use crate::pg::report::Report;
use pgrx::prelude::PgSqlErrorCode as Code;

impl From<Error> for Report {
    fn from(error: Error) -> Report {
        use Error::*;
        match error {
            ReadOnly { function, on_standby } => Report::new(
                Code::ERRCODE_READ_ONLY_SQL_TRANSACTION,
                format!("referrals.{function}() writes, and this transaction is read-only"),
            )
            .hint(match on_standby {
                true => "This server is a standby. Call it on the primary.",
                false => "Call it in a READ WRITE transaction.",
            }),
            Receives { what, subscription } => Report::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("{what} writes, and this database receives its record through subscription \"{subscription}\""),
            )
            .hint("Call it in the database that the record comes from; here it can be read, verified and reported on."),
            NullArgument { name } => Report::new(Code::ERRCODE_NULL_VALUE_NOT_ALLOWED, format!("{name} must not be NULL")),
            EmptyKey => Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "user_key must not be empty"),
            KeyTooLong { bytes } => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("user_key has {bytes} bytes, more than {MAX_KEY_BYTES}"),
            )
            .hint("Register a shorter key of the user, such as the primary key."),
            InvalidCode { wanted } => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("{wanted:?} cannot be a code")).hint(format!(
                    "A code has {} to {} characters of A-Z, 0-9 and _; spaces, hyphens and case do not matter.",
                    code::MIN_LENGTH,
                    code::MAX_LENGTH
                ))
            }
            CodeTaken { wanted } => Report::new(Code::ERRCODE_UNIQUE_VIOLATION, format!("code \"{wanted}\" is taken"))
                .hint("Ask for another code, or for none to have one made. A code is never reissued."),
            NoFreeCode => Report::new(
                Code::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("no free code was found in {} attempts", code_maker::ATTEMPTS),
            )
            .hint("Try again, without a label."),
            TimeOutOfRange { name, given } => Report::new(
                Code::ERRCODE_DATETIME_FIELD_OVERFLOW,
                format!("{name} is {given}, which is not a time in the years 1 to 9998"),
            ),
            EmptyTime { since, until } => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("no time is from {since} on and before {until}"),
            )
            .hint("since must be earlier than until. NULL leaves either open."),
            NumberNotFinite { name } => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("{name} must be a finite number"))
            }
            NumberOutOfRange { name } => Report::new(
                Code::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
                format!("{name} has more digits than can be kept exactly"),
            )
            .detail("Numbers have at most 15 digits before and 4 behind the decimal point."),
            EarningsOutOfRange => Report::new(
                Code::ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
                "the commission of this amount, or the volume with it, does not fit the ledger",
            )
            .detail("Amounts and volumes have at most 15 digits before the decimal point."),
            NegativeNumber { name } => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("{name} must not be negative"))
            }
            NotPositive { name } => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("{name} must be above zero"))
            }
            InvalidProgramName { given } => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("{given:?} cannot name a program"))
                    .hint("A name has 1 to 63 characters, no control characters, and no space at its ends.")
            }
            UnknownProgram { name } => {
                Report::new(Code::ERRCODE_UNDEFINED_OBJECT, format!("there is no program \"{name}\""))
                    .hint("referrals.define_program makes one.")
            }
            UnknownUser { user_key } => {
                Report::new(Code::ERRCODE_UNDEFINED_OBJECT, format!("there is no participant \"{user_key}\""))
                    .hint("referrals.register makes one, or referrals.attach for a whole table.")
            }
            InvalidPlan(PlanError { path, problem }) => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("the plan is not valid at {path}: {problem}"),
            ),
            LiveNotAllowed => Report::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "this server does not allow live mode",
            )
            .hint("Set referrals.allow_live = on in the server's configuration and reload it; then call referrals.go_live() again."),
            UnknownLevel { level, levels } => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("there is no level {level:?}"))
                    .hint(format!("The levels are {levels}."))
            }
            LevelOfLaterVersion { level, version } => Report::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("level {level:?} came with a later version than {version}, which this database has"),
            )
            .hint("Run ALTER EXTENSION referrals UPDATE first."),
            UnknownRole => Report::new(Code::ERRCODE_UNDEFINED_OBJECT, "there is no such role"),
            UnreadableClaims => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                "request.jwt.claims is no JSON object with one sub that is a string",
            )
            .hint("Set referrals.user_key where the user_key is not the sub claim of the token."),
            NotAUsersTable { table } => {
                Report::new(Code::ERRCODE_WRONG_OBJECT_TYPE, format!("{table} is not a table that can be attached"))
                    .hint("Attach an ordinary table, or the parent of a partitioned one; not a view, a foreign table, a single partition or a table of the extension.")
            }
            PrefixTooLong { bytes } => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("key_prefix has {bytes} bytes, more than {MAX_PREFIX_BYTES}"),
            ),
            NoSingleKey { table } => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("{table} has no primary key of a single column"),
            )
            .hint("Name the column that identifies a user: referrals.attach(..., key => 'column')."),
            UnknownColumn { table, column } => {
                Report::new(Code::ERRCODE_UNDEFINED_COLUMN, format!("{table} has no column \"{column}\""))
            }
            UnsuitableColumn { table, column, type_name, purpose } => Report::new(
                Code::ERRCODE_WRONG_OBJECT_TYPE,
                format!("column \"{column}\" of {table} is of type {type_name} and cannot be the {purpose}"),
            )
            .hint(match purpose {
                "amount" => "Use a column of type numeric or integer; binary floats are not exact, and money depends on a setting.",
                "registered_at" | "occurred_at" => "Use a column of type timestamptz, timestamp or date.",
                _ => "Use a column whose text is the same in every session, such as bigint, uuid or text.",
            }),
            VirtualColumn { table, column } => Report::new(
                Code::ERRCODE_WRONG_OBJECT_TYPE,
                format!("column \"{column}\" of {table} is generated when it is read, so a trigger never sees it"),
            )
            .hint("Use an ordinary column, or one GENERATED ALWAYS AS (...) STORED."),
            MayNotAttach { table } => Report::new(
                Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("permission denied to attach or detach {table}"),
            )
            .hint("It takes the rights of the table's owner."),
            ForeignPartitions { table } => Report::new(
                Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("a partition of {table} has another owner than the table"),
            )
            .hint("Give the partitions to the table's owner: reading them runs functions of whoever owns them."),
            RowsHidden { table } => Report::new(
                Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("row level security hides rows of {table} from you or from its owner"),
            )
            .hint("Attach it as its owner or as a superuser, without FORCE ROW LEVEL SECURITY."),
            SnapshotOutdated => Report::new(
                Code::ERRCODE_T_R_SERIALIZATION_FAILURE,
                "could not serialize access: something was committed since the snapshot of this transaction was taken",
            )
            .detail("It may have been users, who would be missed.")
            .hint("Call it under READ COMMITTED, where this cannot happen, or LOCK TABLE ... IN SHARE ROW EXCLUSIVE MODE before anything else."),
            SealedMeanwhile => Report::new(
                Code::ERRCODE_T_R_SERIALIZATION_FAILURE,
                "could not serialize access: something was sealed meanwhile",
            ),
            BrokenChain { block } => Report::new(Code::ERRCODE_DATA_CORRUPTED, format!("block {block} is damaged"))
                .hint("referrals.verify() tells what is the matter."),
            UnsuitableCondition { name, problem } => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("{name} cannot be used: {problem}")).hint(
                    "Write a condition on the columns of the table, such as status = 'paid'. Operators and functions outside pg_catalog need their schema.",
                )
            }
            NoEventKind => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                "events of kind \"signup\" come from referrals.attach",
            )
            .hint("Give the events of this table a kind of their own, such as \"payment\"."),
            InvalidEventKind { given, problem } => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("{given:?} cannot be a kind of event: it {problem}"))
            }
            BlankText { name } => Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("{name} must not be blank")),
            EmptyEventKey => Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "event_key must not be empty"),
            EventKeyTooLong { bytes } => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("event_key has {bytes} bytes, more than {MAX_KEY_BYTES}"),
            ),
            SignUpKey => Report::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                "the event_key of a sign-up is the user_key of its referee",
            ),
            SignUpAmount => {
                Report::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "a sign-up has no amount and no currency")
            }
            ConflictingEvent { kind, key, recorded, sent } => Report::new(
                Code::ERRCODE_UNIQUE_VIOLATION,
                format!("event {kind:?} {key:?} is recorded with other content"),
            )
            .detail(format!("Recorded: {recorded}; sent: {sent}."))
            .hint("An event earns once, for ever. A correction is a reversal; another event has another key."),
            MissingAmount { kind } => Report::new(
                Code::ERRCODE_NULL_VALUE_NOT_ALLOWED,
                format!("amount must not be NULL: the plan rates {kind:?} by percent"),
            ),
            UnknownLine { commission_id } => {
                Report::new(Code::ERRCODE_UNDEFINED_OBJECT, format!("there is no commission line {commission_id}"))
            }
            NotAnAccrual { commission_id, kind, corrects } => {
                let report = Report::new(
                    Code::ERRCODE_INVALID_PARAMETER_VALUE,
                    format!("line {commission_id} is no accrual but a line of kind {kind}"),
                );
                match corrects {
                    Some(accrual) => report.hint(format!("Reverse line {accrual}, which it corrects.")),
                    None => report,
                }
            }
            LineOfOtherMode { commission_id, line, now } => Report::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("line {commission_id} is {} and the mode is {} now", line.as_str(), now.as_str()),
            )
            .hint("What corrects a line is recorded in the line's own mode."),
            CannotReverse { commission_id, currency, problem } => cannot_reverse(commission_id, &currency, problem),
            UnknownPayout { payout_id } => {
                Report::new(Code::ERRCODE_UNDEFINED_OBJECT, format!("there is no payout {payout_id}"))
            }
            WrongPayoutState { payout_id, state, wanted } => Report::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("payout {payout_id} is {state}, not {}", wanted.join(" or ")),
            ),
            PayoutInMock => Report::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "payouts are of live lines, and the mode is mock now",
            )
            .hint("This may be a copy of a live database. Payouts are changed where go_live() was called."),
        }
    }
}

impl From<Error> for pgrx::pg_sys::panic::ErrorReport {
    fn from(error: Error) -> Self {
        Report::from(error).into()
    }
}
