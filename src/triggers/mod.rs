//! Trigger functions: check how they are called, take the rows, and call the engine once.

mod append_only;
mod conditions;
mod event;
mod forget_cached;
mod protocol;
mod sign_up;
mod transition_table;
