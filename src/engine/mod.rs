//! The use cases: load, decide, write. Always for a batch; one sign-up is a batch of one.

pub mod access;
pub mod accounts;
pub mod accrue;
pub mod attach;
pub mod attach_events;
pub mod attached_table;
pub mod attribute;
pub mod codes;
pub mod environment;
pub mod erase;
pub mod error;
pub mod explain;
pub mod health;
pub mod journal;
mod judge;
pub mod membership;
pub mod payouts;
pub mod programs;
pub mod progress;
pub mod queue;
pub mod records;
pub mod register;
pub mod reversal_error;
pub mod reverse;
pub mod seal;
pub mod simulate;
pub mod verify;
