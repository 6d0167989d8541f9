//! Triggers that should fire and do not: ours on the tables of the application, and the guards of our own tables.

use super::reconcile::Finding;
use super::reconcile_partitions::Partition;
use crate::store::reconcile::{AttachedEvents, AttachedUsers, Noted};
use crate::store::{attachment, health, repair};
use pgrx::pg_sys::Oid;
use std::collections::HashSet;

/// Guards of the record, and words to the caches, that are missing or do not always fire.
pub fn guards() -> Vec<Finding> {
    let finding = |guard: health::SilentGuard| Finding {
        problem: "guard_disabled",
        subject: format!("referrals.{}", guard.relation),
        detail: repair::enable_guard(&guard.relation, &guard.trigger, &guard.definition, guard.is_there),
    };
    health::silent_guards().into_iter().map(finding).collect()
}

/// Triggers that are there and do not fire.
pub fn disabled(users: &[AttachedUsers], events: &[AttachedEvents]) -> Vec<Finding> {
    let of_users = users.iter().map(|found| (found.is_enabled, found.table, &found.trigger));
    let of_events = events.iter().map(|found| (found.is_enabled, found.table, &found.trigger));
    let silent = of_users.chain(of_events).filter(|(is_enabled, ..)| !is_enabled);
    let finding = |(_, table, trigger): (bool, Oid, &String)| {
        let table = attachment::name(table)?;
        let detail = repair::enable_trigger(&table, trigger);
        Some(Finding { problem: "trigger_disabled", subject: table, detail })
    };
    silent.filter_map(finding).collect()
}

/// Triggers that are not there: of tables that were attached and not detached since, and of sources that have lost one of
/// their two. Not those of partitions, which are to be followed in another way.
pub fn missing(
    users: &[AttachedUsers],
    events: &[AttachedEvents],
    noted: &[(Oid, Noted)],
    partitions: &[Partition],
) -> Vec<Finding> {
    let is_partition = |table: Oid| Partition::of(table, partitions).is_some();
    let finding = |table: Oid, attach: &dyn Fn(&str) -> String| {
        let table = attachment::name(table)?;
        let detail = repair::remarked(&attach(&table), "or referrals.detach, if it is not to be followed any more");
        Some(Finding { problem: "trigger_missing", subject: table, detail })
    };
    let gone = noted.iter().filter_map(|(table, noted)| match noted {
        _ if is_partition(*table) => None,
        Noted::Users(attachment) => {
            let is_there = users.iter().any(|found| found.table == *table);
            if is_there { None } else { finding(*table, &|name| repair::attach(name, attachment)) }
        }
        Noted::Events(source) => {
            let is_there = events.iter().any(|found| found.table == *table && found.source.kind == source.kind);
            if is_there { None } else { finding(*table, &|name| repair::attach_events(name, source)) }
        }
    });
    let mut told = HashSet::new();
    let halved = events.iter().filter_map(|found| {
        let source = &found.source;
        let has = |is_meant: fn(&AttachedEvents) -> bool| {
            events.iter().any(|other| other.table == found.table && other.source == *source && is_meant(other))
        };
        let is_whole = has(|other| other.on_insert) && (!source.follows_updates() || has(|other| other.on_update));
        let is_told = is_whole || is_partition(found.table) || !told.insert((found.table, &source.kind));
        if is_told { None } else { finding(found.table, &|name| repair::attach_events(name, source)) }
    });
    gone.chain(halved).collect()
}
