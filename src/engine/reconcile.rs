//! What the record and the tables that it follows disagree about, and the call that repairs each. Reads only.

use super::reconcile_partitions::{self, Partition};
use super::{environment, reconcile_events, reconcile_triggers, reconcile_users};
use crate::domain::event_source::EventSource;
use crate::pg::{memory, roles, subtransaction};
use crate::store::attachment::{self, Table};
use crate::store::{reconcile, repair};
use pgrx::pg_sys::Oid;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of problem it is.
    pub problem: &'static str,
    /// What it is about.
    pub subject: String,
    /// The call that repairs it, and a remark.
    pub detail: String,
}

/// All findings, in the order in which they should be repaired.
pub fn findings() -> Vec<Finding> {
    let users = reconcile::attached_users();
    let triggers = reconcile::attached_events();
    let mut found = reconcile_triggers::guards();
    let noted = reconcile::once_attached();
    let partitions = reconcile_partitions::find(&users, &triggers, &noted);
    found.extend(reconcile_triggers::missing(&users, &triggers, &noted, &partitions));
    found.extend(reconcile_triggers::disabled(&users, &triggers));
    found.extend(partitions.iter().map(Partition::finding));
    let (without_participant, without_user) = reconcile_users::compare(&users, &partitions);
    found.extend(without_participant);
    let mode = environment::mode();
    let mut sources: Vec<(Oid, EventSource)> = triggers.into_iter().map(|found| (found.table, found.source)).collect();
    sources.dedup();
    for (table, source) in sources {
        found.extend(reconcile_events::compare(table, &source, mode));
    }
    found.extend(without_user);
    found
}

/// A column that a trigger reads, if it was given one, and whether a type, by its name, suits it.
pub type Read<'a> = (Option<&'a String>, fn(&str) -> bool);

/// A table whose rows are to be compared: `None` if it is gone, the finding if it cannot be read as its trigger does.
pub fn comparable(oid: Oid, columns: &[Read]) -> Option<Result<Table, Finding>> {
    // Whoever owns it can hold a lock on it.
    if let Err(why) = subtransaction::probe(|| roles::hold_table(oid)) {
        return Some(Err(not_compared(&attachment::name(oid)?, &format!("it cannot be locked: {why}"))));
    }
    let table = attachment::describe(oid)?;
    let missing = columns.iter().find_map(|(name, suits)| {
        let name = (*name)?;
        let found = table.columns.iter().find(|column| column.name == *name && !column.is_virtual);
        (!found.is_some_and(|column| suits(&column.type_name))).then_some(name)
    });
    let why = if let Some(missing) = missing {
        format!("it has no suitable column \"{missing}\" any more: attach it again")
    } else if roles::hides_rows_from(oid, table.owner) {
        "row level security hides its rows from its owner".to_owned()
    } else if attachment::has_foreign_partitions(&table) {
        "a partition has another owner than the table".to_owned()
    } else {
        return Some(Ok(table));
    };
    Some(Err(not_compared(&table.qualified_name, &why)))
}

/// A table whose rows could not be read: whatever is wrong with them is not found.
pub fn not_compared(table: &str, why: &str) -> Finding {
    Finding { problem: "not_compared", subject: table.to_owned(), detail: repair::remarked("", why) }
}

/// The findings of one problem about one table: the first by some order, and how many more there are.
pub struct Findings {
    problem: &'static str,
    table: String,
    kept: Vec<(i64, Finding)>,
    /// The rank of the last one that is kept, once there are enough.
    last: Option<i64>,
    more: usize,
}

impl Findings {
    /// So many are told in full.
    const MOST: usize = 1000;

    /// None yet.
    pub fn new(problem: &'static str, table: &str) -> Findings {
        Findings { problem, table: table.to_owned(), kept: Vec::new(), last: None, more: 0 }
    }

    /// Adds one: subject and detail, which are only asked for if it is told. Those of equal rank stay in the order in
    /// which they are added.
    pub fn push(&mut self, rank: i64, words: impl FnOnce() -> (String, String)) {
        if self.last.is_some_and(|last| rank >= last) {
            self.more += 1;
            return;
        }
        let (subject, detail) = memory::scratch(words);
        self.kept.push((rank, Finding { problem: self.problem, subject, detail }));
        if self.kept.len() == 2 * Self::MOST {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.sort_by_key(|(rank, _)| *rank);
        if self.kept.len() > Self::MOST {
            self.more += self.kept.len() - Self::MOST;
            self.kept.truncate(Self::MOST);
            self.last = self.kept.last().map(|(rank, _)| *rank);
        }
    }

    /// The rows of the result.
    pub fn into_rows(mut self) -> impl Iterator<Item = Finding> {
        self.cut();
        let more = (self.more > 0).then(|| {
            let remark = format!("and {} more; repair these and call referrals.reconcile() again", self.more);
            Finding { problem: self.problem, subject: self.table, detail: repair::remarked("", &remark) }
        });
        self.kept.into_iter().map(|(_, finding)| finding).chain(more)
    }
}
