//! Subscriptions to the tables of the extension: the record of another database, received by logical replication.

use super::cache::Cached;
use super::statement::{Statement, column, required};
use crate::domain::timestamp::Timestamp;
use crate::pg::snapshot;

/// How one stands.
pub struct State {
    /// Its name.
    pub name: String,
    /// Whether it is enabled.
    pub is_enabled: bool,
    /// Tables whose first copy is not complete.
    pub incomplete: i64,
    /// Whether it is connected to where the record comes from.
    pub is_connected: bool,
    /// When it last heard from there, since it was connected.
    pub heard_at: Option<Timestamp>,
}

thread_local! {
    static NAME: Cached<Option<String>> = const { Cached::new() };
}

/// The name of the first that writes to a table of the extension here; `None` if there is none. What another session has
/// made of subscriptions meanwhile is seen, whatever the snapshot of this transaction.
pub fn name() -> Option<String> {
    let read = || snapshot::of_now(|| all().into_iter().next().map(|state| state.name));
    NAME.with(|name| name.get(read)).as_ref().clone()
}

/// All of them, by name.
pub fn all() -> Vec<State> {
    static ALL: Statement = Statement(include_str!("sql/subscriptions.sql"));
    let mut states = Vec::new();
    ALL.stream(&[], |row| {
        states.push(State {
            name: required(row, 1),
            is_enabled: required(row, 2),
            incomplete: required(row, 3),
            is_connected: required(row, 4),
            heard_at: column(row, 5),
        });
    });
    states
}
