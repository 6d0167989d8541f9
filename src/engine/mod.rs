//! The use cases: load, decide, write. Always for a batch; one sign-up is a batch of one.

pub mod access;
pub mod attach;
pub mod codes;
pub mod environment;
pub mod error;
pub mod health;
pub mod membership;
pub mod programs;
pub mod progress;
pub mod records;
pub mod register;
pub mod standings;
