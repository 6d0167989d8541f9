//! The conditions of a source of events: evaluated on rows, with the rights of the table's owner.

use super::transition_table::TransitionTable;
use crate::domain::event_source::EventSource;
use crate::pg::condition::Condition;
use crate::pg::{roles, subtransaction};
use pgrx::pg_sys;

/// Which conditions hold for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth {
    /// It is one to accrue.
    pub accrues: bool,
    /// It is one to reverse.
    pub reverses: bool,
}

/// Conditions, ready to be evaluated.
pub struct Conditions {
    owner: pg_sys::Oid,
    accrue_when: Option<Condition>,
    reverse_when: Option<Condition>,
}

impl Conditions {
    /// Reads them; the error is what Postgres has to say about one that cannot be used any more.
    pub fn read(data: &pg_sys::TriggerData, source: &EventSource) -> Result<Conditions, String> {
        // SAFETY: Postgres fires the trigger with the relation open.
        let (relation, owner) = unsafe { (data.tg_relation, (*(*data.tg_relation).rd_rel).relowner) };
        let read = |text: &Option<String>| {
            let Some(text) = text else { return Ok(None) };
            // SAFETY: the relation stays open as long as the trigger runs.
            let read = || roles::confined_to(owner, || unsafe { Condition::new(text, relation) });
            subtransaction::attempt(read)?.map(Some).map_err(str::to_owned)
        };
        Ok(Conditions { owner, accrue_when: read(&source.accrue_when)?, reverse_when: read(&source.reverse_when)? })
    }

    /// Which of them hold for the current row of a table; the error is what one raised on it. The application's statement
    /// must not fail for that. Without a condition an inserted row accrues, and an updated one does not.
    pub fn judge(&self, rows: &TransitionTable, is_insert: bool) -> Result<Truth, String> {
        let holds = |condition: &Option<Condition>| condition.as_ref().map(|condition| rows.satisfies(condition));
        let judge = || Truth {
            accrues: holds(&self.accrue_when).unwrap_or(is_insert),
            reverses: holds(&self.reverse_when).unwrap_or(false),
        };
        match (&self.accrue_when, &self.reverse_when) {
            (None, None) => Ok(judge()),
            conditions => {
                let judged = subtransaction::attempt(|| roles::confined_to(self.owner, judge));
                if judged.is_err() {
                    [conditions.0, conditions.1].into_iter().flatten().for_each(Condition::forget);
                }
                judged
            }
        }
    }

    /// Gives their memory back.
    pub fn close(self) {
        [self.accrue_when, self.reverse_when].into_iter().flatten().for_each(Condition::close);
    }
}
