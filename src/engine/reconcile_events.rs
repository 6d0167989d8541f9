//! The rows of a source of events and what became of them, compared, both sorted by key.

use super::reconcile::{Finding, Findings, Read, comparable, not_compared};
use crate::domain::column_type::{is_number, is_time};
use crate::domain::event::Event;
use crate::domain::event_source::EventSource;
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use crate::pg::condition::Condition;
use crate::pg::cursor::Row;
use crate::pg::judged_row::JudgedTable;
use crate::pg::{roles, subtransaction};
use crate::store::attachment::Table;
use crate::store::reconcile::{self, Became};
use crate::store::repair;
use crate::store::stream::Stream;
use pgrx::pg_sys::Oid;

/// Which conditions hold for a row; `None` if one raised an error.
type Truth = Option<(bool, bool)>;

/// Events without outcome, and events that were taken back and whose lines were not.
pub fn compare(oid: Oid, source: &EventSource, mode: Mode) -> Vec<Finding> {
    let text = |_: &str| true;
    let columns: [Read; 5] = [
        (Some(&source.key), text),
        (Some(&source.referee), text),
        (source.amount.as_ref(), is_number),
        (source.currency.as_ref(), text),
        (source.occurred_at.as_ref(), is_time),
    ];
    let table = match comparable(oid, &columns) {
        None => return Vec::new(),
        Some(Err(finding)) => return vec![finding],
        Some(Ok(table)) => table,
    };
    let Some(judged) = JudgedTable::open(oid) else { return Vec::new() };
    let found = match Judge::read(&judged, &table, source) {
        Err(finding) => vec![finding],
        Ok(judge) => {
            let found = compare_rows(&table, source, mode, &judge);
            judge.close();
            found
        }
    };
    judged.close();
    found
}

fn compare_rows(table: &Table, source: &EventSource, mode: Mode, judge: &Judge) -> Vec<Finding> {
    let names: Vec<&str> = judge.columns.iter().map(|(_, name)| name.as_str()).collect();
    let mut rows = reconcile::events(table, source, &names, |row, first| judge.truth(row, first));
    if let Some(why) = rows.failure() {
        return vec![not_compared(&table.qualified_name, why)];
    }
    let mut outcomes = reconcile::outcomes(mode, &source.kind);
    let mut report = Report::new(&table.qualified_name, source);
    while let Some((key, event, truth)) = rows.next() {
        let outcome = Outcome::next(&mut outcomes, &key);
        let mut told = Told::default();
        report.tell(&key, &event, truth, outcome, &mut told);
        while let Some((_, event, truth)) = rows.next_if(|(next, ..)| *next == key) {
            report.tell(&key, &event, truth, outcome, &mut told);
        }
    }
    let mut found = Vec::new();
    if rows.failure().is_some() {
        found.push(not_compared(&table.qualified_name, "reading its rows as its owner raises an error"));
    }
    found.extend(report.into_rows());
    found
}

/// What became of an event.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    /// It has lines, was refused, or waits.
    is_settled: bool,
    /// Something is left of a line, or it waits for one.
    is_open: bool,
    /// A condition failed on its row, which was recorded.
    was_skipped: bool,
}

impl Outcome {
    /// What became of the event of a key; keys come in ascending order.
    fn next(outcomes: &mut Stream<(String, Became)>, key: &str) -> Outcome {
        while outcomes.next_if(|(other, _)| other.as_str() < key).is_some() {}
        let mut outcome = Outcome::default();
        while let Some((_, became)) = outcomes.next_if(|(other, _)| other == key) {
            outcome.is_settled |= became != Became::Skipped;
            outcome.is_open |= became == Became::Open;
            outcome.was_skipped |= became == Became::Skipped;
        }
        outcome
    }
}

/// What has been said about an event, which may have several rows.
#[derive(Default)]
struct Told {
    accrual: bool,
    reversal: bool,
    failure: bool,
}

/// The findings about a source.
struct Report<'a> {
    source: &'a EventSource,
    without_outcome: Findings,
    not_reversed: Findings,
    failed: Findings,
}

impl<'a> Report<'a> {
    fn new(table: &str, source: &'a EventSource) -> Report<'a> {
        let findings = |problem| Findings::new(problem, table);
        Report {
            source,
            without_outcome: findings("event_without_outcome"),
            not_reversed: findings("event_not_reversed"),
            failed: findings("condition_failed"),
        }
    }

    /// Says what is wrong with a row.
    fn tell(&mut self, key: &str, event: &Event, truth: Truth, outcome: Outcome, told: &mut Told) {
        let source = self.source;
        let subject = || format!("{} {key}", source.kind);
        let reversal = || repair::reverse_event(&source.kind, key, &source.reversal_reason());
        // Rated in the order of time, as they would have been.
        let rank = event.at.map_or(i64::MAX, Timestamp::micros);
        let Some((accrues, reverses)) = truth else {
            let matters = !outcome.is_settled || outcome.is_open;
            if matters && !outcome.was_skipped && !std::mem::replace(&mut told.failure, true) {
                self.failed.push(rank, || {
                    let (call, what) = match outcome.is_settled {
                        true => (reversal(), "be taken back"),
                        false => (repair::accrue(&source.kind, event).unwrap_or_default(), "accrue"),
                    };
                    let remark = format!("if it is to {what}: a condition raises an error on its row");
                    (subject(), repair::remarked(&call, &remark))
                });
            }
            return;
        };
        if accrues && !outcome.is_settled && !std::mem::replace(&mut told.accrual, true) {
            let unusable = || repair::remarked("", "its amount cannot be accrued: correct the row");
            let detail = || repair::accrue(&source.kind, event).unwrap_or_else(unusable);
            self.without_outcome.push(rank, || (subject(), detail()));
        }
        // What is about to be accrued is taken back after that, as the trigger does.
        if reverses && (outcome.is_open || told.accrual) && !std::mem::replace(&mut told.reversal, true) {
            self.not_reversed.push(rank, || (subject(), reversal()));
        }
    }

    fn into_rows(self) -> impl Iterator<Item = Finding> {
        self.failed.into_rows().chain(self.without_outcome.into_rows()).chain(self.not_reversed.into_rows())
    }
}

/// The conditions of a source, ready to be evaluated with the rights of the table's owner.
struct Judge<'a> {
    table: &'a JudgedTable,
    owner: Oid,
    accrue_when: Option<Condition>,
    reverse_when: Option<Condition>,
    /// What they read: numbers and names.
    columns: Vec<(usize, String)>,
}

impl<'a> Judge<'a> {
    fn read(judged: &'a JudgedTable, table: &Table, source: &EventSource) -> Result<Judge<'a>, Finding> {
        let read = |name: &str, text: &Option<String>| {
            let Some(text) = text else { return Ok(None) };
            let condition = subtransaction::probe(|| roles::confined_to(table.owner, || judged.condition(text)));
            condition.and_then(|read| read.map(Some).map_err(str::to_owned)).map_err(|problem| Finding {
                problem: "condition_failed",
                subject: table.qualified_name.clone(),
                detail: repair::remarked(
                    &repair::attach_events(&table.qualified_name, source),
                    &format!("with an {name} that can be read: {problem}"),
                ),
            })
        };
        let accrue_when = read("accrue_when", &source.accrue_when)?;
        let reverse_when = read("reverse_when", &source.reverse_when)?;
        let columns = judged.columns(accrue_when.iter().chain(&reverse_when));
        Ok(Judge { table: judged, owner: table.owner, accrue_when, reverse_when, columns })
    }

    /// Which conditions hold for a row of a query whose columns from `first` on are those that they read.
    fn truth(&self, row: &Row, first: usize) -> Truth {
        let values = self.columns.iter().enumerate().map(|(place, (number, _))| (*number, row.value(first + place)));
        if !self.table.set_row(values) {
            return None;
        }
        let holds = |condition: &Option<Condition>| condition.as_ref().map(|condition| self.table.satisfies(condition));
        let judge = || (holds(&self.accrue_when).unwrap_or(true), holds(&self.reverse_when).unwrap_or(false));
        match (&self.accrue_when, &self.reverse_when) {
            (None, None) => Some(judge()),
            (accrue_when, reverse_when) => {
                let truth = subtransaction::probe(|| roles::confined_to(self.owner, judge)).ok();
                if truth.is_none() {
                    accrue_when.iter().chain(reverse_when).for_each(Condition::forget);
                }
                truth
            }
        }
    }

    /// Gives the memory of the conditions back.
    fn close(self) {
        self.accrue_when.into_iter().chain(self.reverse_when).for_each(Condition::close);
    }
}
