//! Attached tables that have become partitions: what is written through the table above passes their triggers by.

use super::reconcile::Finding;
use crate::domain::attachment::Attachment;
use crate::domain::event_source::EventSource;
use crate::store::reconcile::{AttachedEvents, AttachedUsers, Noted};
use crate::store::{attachment, repair};
use pgrx::pg_sys::Oid;
use std::collections::HashSet;

/// A table that is a partition and has triggers of ours, or should have.
pub struct Partition {
    /// The table.
    pub table: Oid,
    /// The calls by which the topmost table is followed instead.
    pub repair: String,
    name: String,
    root: String,
}

impl Partition {
    /// The finding about it.
    pub fn finding(&self) -> Finding {
        let remark = format!("it is a partition of {} by now; or take it out of there, to stay by itself", self.root);
        let detail = repair::remarked(&self.repair, &remark);
        Finding { problem: "trigger_bypassed", subject: self.name.clone(), detail }
    }

    /// That of a table among those found.
    pub fn of(table: Oid, found: &[Partition]) -> Option<&Partition> {
        found.iter().find(|partition| partition.table == table)
    }
}

/// All of them, by what is attached and what once was.
pub fn find(users: &[AttachedUsers], events: &[AttachedEvents], noted: &[(Oid, Noted)]) -> Vec<Partition> {
    let attached = Attached { users, events, noted };
    let present = users.iter().map(|found| found.table).chain(events.iter().map(|found| found.table));
    let mut told = HashSet::new();
    let tables = present.chain(noted.iter().map(|(table, _)| *table)).filter(|table| told.insert(*table));
    tables.filter_map(|table| attached.partition(table)).collect()
}

/// What is attached, and what was, which counts where nothing is.
struct Attached<'a> {
    users: &'a [AttachedUsers],
    events: &'a [AttachedEvents],
    noted: &'a [(Oid, Noted)],
}

impl<'a> Attached<'a> {
    fn partition(&self, table: Oid) -> Option<Partition> {
        let topmost = attachment::partition_root(table)?;
        let (name, root) = (attachment::name(table)?, attachment::name(topmost)?);
        // What the topmost table is attached with already stays.
        let users = self.users(table).map(|own| repair::attach(&root, self.users(topmost).unwrap_or(own)));
        let mut kinds = HashSet::new();
        let sources = self.sources(table).filter(|own| kinds.insert(&own.kind)).map(|own| {
            let above = self.sources(topmost).find(|above| above.kind == own.kind);
            repair::attach_events(&root, above.unwrap_or(own))
        });
        let calls: Vec<String> = users.into_iter().chain(sources).chain([repair::detach(&name)]).collect();
        Some(Partition { table, repair: calls.join("; "), name, root })
    }

    fn users(&self, table: Oid) -> Option<&'a Attachment> {
        let present = self.users.iter().find(|found| found.table == table).map(|found| &found.attachment);
        present.or_else(|| {
            self.noted_of(table).find_map(|noted| if let Noted::Users(users) = noted { Some(users) } else { None })
        })
    }

    fn sources(&self, table: Oid) -> impl Iterator<Item = &'a EventSource> {
        let present = self.events.iter().filter(move |found| found.table == table).map(|found| &found.source);
        present.chain(
            self.noted_of(table)
                .filter_map(|noted| if let Noted::Events(source) = noted { Some(source) } else { None }),
        )
    }

    fn noted_of(&self, table: Oid) -> impl Iterator<Item = &'a Noted> {
        self.noted.iter().filter(move |(noted, _)| *noted == table).map(|(_, noted)| noted)
    }
}
