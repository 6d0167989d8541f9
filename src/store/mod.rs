//! Every SQL statement of the extension, one file a group of tables. Decides nothing.

pub mod access;
pub mod attachment;
pub mod attribution;
pub mod audit_id;
mod cache;
pub mod environment;
pub mod erased;
pub mod event;
pub mod health;
pub mod ledger;
pub mod lines;
pub mod participant;
pub mod payout;
pub mod posting;
pub mod program;
pub mod queue;
pub mod reconcile;
pub mod repair;
pub mod report;
pub mod seal;
pub mod standing;
mod statement;
pub mod stream;
pub mod subscription;
pub mod verify;
pub mod volume;
