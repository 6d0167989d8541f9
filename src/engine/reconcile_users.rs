//! Users and participants, compared: the sorted keys of all attached tables beside those of the record.

use super::erase;
use super::reconcile::{Finding, Findings, Read, comparable, not_compared};
use super::reconcile_partitions::Partition;
use crate::domain::attachment::Attachment;
use crate::domain::column_type::is_time;
use crate::pg::memory;
use crate::store::reconcile::{self, AttachedUsers};
use crate::store::repair;
use crate::store::stream::Stream;
use pgrx::pg_sys::Oid;

/// A table of users, and how far its keys have been read.
struct Users<'a> {
    table: String,
    attachment: &'a Attachment,
    keys: Stream<'static, String>,
    repair: String,
    /// Keys without participant of which it is not known yet whether the person was erased.
    unsettled: Vec<String>,
    missing: Findings,
}

impl Users<'_> {
    /// Of so many keys it is found out at once.
    const BATCH: usize = 1000;

    fn miss(&mut self, key: &str) {
        self.unsettled.push(key.to_owned());
        if self.unsettled.len() == Self::BATCH {
            self.settle();
        }
    }

    /// The row of somebody who was erased may still be there, and that is all: attach leaves them alone too.
    fn settle(&mut self) {
        let keys = std::mem::take(&mut self.unsettled);
        let erased = memory::scratch(|| erase::were_erased(keys.iter().map(String::as_str)));
        for key in keys.iter().filter(|key| !erased.contains(key.as_str())) {
            self.missing.push(0, || (key.clone(), self.repair.clone()));
        }
    }
}

/// Users without participant and tables that cannot be compared; and participants without user.
pub fn compare(attached: &[AttachedUsers], partitions: &[Partition]) -> (Vec<Finding>, Vec<Finding>) {
    let (mut tables, mut unread, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for AttachedUsers { table, attachment, .. } in attached {
        match open(*table, attachment, partitions) {
            None => (),
            Some(Ok(users)) => tables.push(users),
            Some(Err(finding)) => {
                unread.push(attachment.key_prefix.as_str());
                found.push(finding);
            }
        }
    }
    let mut gone = Findings::new("participant_without_user", "referrals.participant");
    let mut participants = reconcile::participants();
    loop {
        let heads = tables.iter_mut().filter_map(|users| users.keys.head());
        let Some(key) = heads.chain(participants.head().map(|(key, _)| key)).min().cloned() else { break };
        let participant = participants.next_if(|(head, _)| *head == key);
        let mut is_user = false;
        for users in &mut tables {
            let mut is_here = false;
            while users.keys.next_if(|head| *head == key).is_some() {
                is_here = true;
            }
            is_user |= is_here;
            if is_here && participant.is_none() {
                users.miss(&key);
            }
        }
        // Who came by hand need not be a user of any table.
        let came_as_user = participant.is_some_and(|(_, is_by_hand)| !is_by_hand);
        if came_as_user && !is_user && should_be_user(&key, &tables, &unread) {
            gone.push(0, || (key.clone(), repair::remarked(&repair::erase(&key), "if the user is gone")));
        }
    }
    for mut users in tables {
        users.settle();
        if users.keys.failure().is_some() {
            found.push(unreadable(&users.table));
        }
        found.extend(users.missing.into_rows());
    }
    (found, gone.into_rows().collect())
}

fn open<'a>(oid: Oid, attachment: &'a Attachment, partitions: &[Partition]) -> Option<Result<Users<'a>, Finding>> {
    let text = |_: &str| true;
    let columns: [Read; 5] = [
        (Some(&attachment.key), text),
        (attachment.referred_by.as_ref(), text),
        (attachment.code.as_ref(), text),
        (attachment.label.as_ref(), text),
        (attachment.registered_at.as_ref(), is_time),
    ];
    let table = match comparable(oid, &columns)? {
        Ok(table) => table,
        Err(finding) => return Some(Err(finding)),
    };
    let keys = reconcile::user_keys(&table, attachment);
    if let Some(why) = keys.failure() {
        return Some(Err(not_compared(&table.qualified_name, why)));
    }
    let missing = Findings::new("user_without_participant", &table.qualified_name);
    let repair = match Partition::of(oid, partitions) {
        Some(partition) => partition.repair.clone(),
        None => repair::attach(&table.qualified_name, attachment),
    };
    Some(Ok(Users { table: table.qualified_name, attachment, keys, repair, unsettled: Vec::new(), missing }))
}

/// Whether a participant whom no table has should be in one: by the key it can be of a table, and of none that could not
/// be read so far.
fn should_be_user(key: &str, tables: &[Users], unread: &[&str]) -> bool {
    let is_of = |users: &Users| key.starts_with(&users.attachment.key_prefix);
    let may_be_unread = unread.iter().any(|prefix| key.starts_with(prefix))
        || tables.iter().any(|users| users.keys.failure().is_some() && is_of(users));
    tables.iter().any(is_of) && !may_be_unread
}

/// What was raised may quote a row, so it is not told.
fn unreadable(table: &str) -> Finding {
    not_compared(table, "reading its rows as its owner raises an error")
}
