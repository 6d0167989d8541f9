//! Tests of the domain that take more than one module of it, or more room than its source file has.

mod account;
mod eligibility;
mod explanation;
mod histories;
mod hostile;
mod limits;
mod plan_errors;
mod plan_json;
mod plan_text;
mod random;
mod rating;
mod reversals;
mod simulation;
mod verification;
mod verification_corrections;
mod whole;
mod worked_examples;
mod world;
