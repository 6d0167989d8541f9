//! The SQL functions: decode the arguments, call the engine, encode the result. Declared in `sql/functions_*.sql`.

#![allow(clippy::result_large_err, reason = "pgrx takes an ErrorReport by value")]

mod codes;
mod decode;
mod events;
mod operations;
mod payouts;
mod programs;
mod report;
mod trust;
mod users;
mod views;
