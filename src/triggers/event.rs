//! The trigger on a source of events: accrues what was inserted, or became true, and reverses what was taken back.

use super::conditions::{Conditions, Truth};
use super::protocol::{fired, require, writes};
use super::transition_table::{Column, TransitionTable};
use crate::domain::currency::is_storable;
use crate::domain::eligibility::Amount;
use crate::domain::event::Event;
use crate::domain::event_source::EventSource;
use crate::engine::accrue::Accruer;
use crate::engine::attach_events::{skip_rows, skip_statement};
use crate::engine::register::{BATCH, BadInput};
use crate::pg::report::raise;
use crate::pg::value::Value;
use pgrx::prelude::*;
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};

/// Accrues and reverses the events of a statement: first all accruals in the order of the rows, then all reversals.
#[pg_extern(sql = false)]
fn on_event(call: pg_sys::FunctionCallInfo) {
    // SAFETY: it is this very call.
    let trigger = unsafe { fired(call, "referrals._on_event") };
    let (event, data) = (trigger.event(), trigger.trigger_data());
    let has_rows = !data.tg_newtable.is_null() && (event.fired_by_insert() || !data.tg_oldtable.is_null());
    let as_meant = event.fired_after()
        && event.fired_for_statement()
        && (event.fired_by_insert() || event.fired_by_update())
        && has_rows;
    require(as_meant, "referrals._on_event", "AFTER INSERT or UPDATE, REFERENCING its tables, FOR EACH STATEMENT");
    writes("the trigger on events");
    let Some(source) = EventSource::from_arguments(&trigger.extra_args().unwrap_or_default()) else {
        require(false, "referrals._on_event", "with the arguments that attach_events gives it");
        return;
    };
    // SAFETY: the data is that of this very call.
    let rows = unsafe { TransitionTable::new_rows(data) };
    if rows.len() > 0 {
        match Columns::find(&rows, &source).map_err(|missing| ("column_missing", missing.to_owned())) {
            Err((reason, what)) => skip(data, reason, &what),
            Ok(columns) => match Conditions::read(data, &source) {
                Err(problem) => skip(data, "condition_unusable", &problem),
                Ok(conditions) => {
                    handle(data, &rows, &columns, &conditions, &source);
                    conditions.close();
                }
            },
        }
    }
    rows.close();
}

fn skip(data: &pg_sys::TriggerData, reason: &'static str, what: &str) {
    // SAFETY: Postgres fires the trigger with the relation open.
    skip_statement(unsafe { (*data.tg_relation).rd_id }, reason, what);
}

fn handle(
    data: &pg_sys::TriggerData,
    rows: &TransitionTable,
    columns: &Columns,
    conditions: &Conditions,
    source: &EventSource,
) {
    // SAFETY: Postgres fires the trigger with the relation open.
    let table = unsafe { (*data.tg_relation).rd_id };
    // SAFETY: it is there after an UPDATE.
    let old = (!data.tg_oldtable.is_null()).then(|| unsafe { TransitionTable::old_rows(data) });
    let before = match &old {
        None => Before::Nothing,
        Some(old) if old.len() == rows.len() => Before::Paired(old),
        // A row on its way to another partition was swallowed there, and left an old row without a new one.
        Some(old) => Before::ByKey(judge_by_key(old, columns, conditions)),
    };
    let judged = judge_all(rows, before, columns, conditions);
    if let Some(old) = old {
        old.close();
    }
    if let Some(problem) = &judged.first_failure {
        skip_rows(table, &source.kind, &judged.failed, problem);
    }
    // Nothing is locked for rows that are not concerned.
    let (accrued, reversed) = (judged.count(|truth| truth.accrues), judged.count(|truth| truth.reverses));
    if accrued + reversed == 0 {
        return;
    }
    let mut accruer = Accruer::new(&source.kind, Some(table), BadInput::Record);
    let mut keys = Vec::with_capacity(reversed);
    if reversed > 0 || accrued > BATCH {
        let mut referees = HashSet::new();
        judged.for_each(rows, |truth| {
            let event = columns.event(rows);
            keys.extend(event.key.filter(|_| truth.reverses));
            referees.extend(event.referee.filter(|_| truth.accrues));
        });
        accruer.lock_ahead(&referees, &keys);
    }
    let mut batch = Vec::with_capacity(accrued.min(BATCH));
    judged.for_each(rows, |truth| {
        batch.extend(truth.accrues.then(|| columns.event(rows)));
        if batch.len() == BATCH {
            accruer.accrue(&std::mem::take(&mut batch));
        }
    });
    if !batch.is_empty() {
        accruer.accrue(&batch);
    }
    if let Err(error) = accruer.reverse(&keys, &source.reversal_reason()) {
        raise(error);
    }
    accruer.finish();
}

/// Which conditions held for the old rows of an UPDATE, by the keys of their events.
fn judge_by_key(
    old: &TransitionTable,
    columns: &Columns,
    conditions: &Conditions,
) -> HashMap<Option<String>, Result<Truth, String>> {
    let mut judged = HashMap::with_capacity(old.len());
    while old.advance() {
        judged.insert(columns.event(old).key, conditions.judge(old, false));
    }
    judged
}

/// What held for a row before the statement.
enum Before<'a> {
    /// It is new.
    Nothing,
    /// The old rows are in the order of the new ones.
    Paired(&'a TransitionTable),
    /// The old rows, judged.
    ByKey(HashMap<Option<String>, Result<Truth, String>>),
}

/// What is to be done about each row of a statement.
struct Judged {
    truths: Vec<Truth>,
    /// Keys of the events on whose rows a condition failed.
    failed: Vec<Option<String>>,
    first_failure: Option<String>,
}

impl Judged {
    fn count(&self, is_meant: impl Fn(&Truth) -> bool) -> usize {
        self.truths.iter().filter(|truth| is_meant(truth)).count()
    }

    /// Goes through the rows that something is to be done about.
    fn for_each(&self, rows: &TransitionTable, mut handle: impl FnMut(Truth)) {
        rows.rewind();
        for truth in &self.truths {
            rows.advance();
            if truth.accrues || truth.reverses {
                handle(*truth);
            }
        }
    }
}

/// Which conditions hold for each row and did not hold before the statement.
fn judge_all(rows: &TransitionTable, before: Before, columns: &Columns, conditions: &Conditions) -> Judged {
    let mut judged = Judged { truths: Vec::with_capacity(rows.len()), failed: Vec::new(), first_failure: None };
    while rows.advance() {
        let truth = became(rows, &before, columns, conditions).unwrap_or_else(|problem| {
            judged.failed.push(columns.event(rows).key);
            judged.first_failure.get_or_insert(problem);
            Truth { accrues: false, reverses: false }
        });
        judged.truths.push(truth);
    }
    judged
}

fn became(
    rows: &TransitionTable,
    before: &Before,
    columns: &Columns,
    conditions: &Conditions,
) -> Result<Truth, String> {
    if let Before::Paired(old) = before {
        old.advance();
    }
    let is = conditions.judge(rows, matches!(before, Before::Nothing))?;
    if !is.accrues && !is.reverses {
        return Ok(is);
    }
    let was = match before {
        Before::Nothing => return Ok(is),
        Before::Paired(old) => conditions.judge(old, false),
        Before::ByKey(judged) => {
            let key = columns.event(rows).key;
            judged.get(&key).cloned().ok_or("what the row was before the UPDATE is not known")?
        }
    };
    // A row on which a condition raised was none to accrue or to reverse.
    let was = was.unwrap_or(Truth { accrues: false, reverses: false });
    Ok(Truth { accrues: is.accrues && !was.accrues, reverses: is.reverses && !was.reverses })
}

/// Where in a row the parts of an event are.
struct Columns {
    key: Column,
    referee: Column,
    amount: Option<Column>,
    currency: Option<Column>,
    occurred_at: Option<Column>,
}

impl Columns {
    /// Finds columns by name; the error is the name of one that is gone, or whose type does not suit any more.
    fn find<'a>(rows: &TransitionTable, source: &'a EventSource) -> Result<Columns, &'a str> {
        fn find<'a>(
            rows: &TransitionTable,
            name: &'a Option<String>,
            suits: impl Fn(Column) -> bool,
        ) -> Result<Option<Column>, &'a str> {
            let Some(name) = name else { return Ok(None) };
            rows.column(name).filter(|column| suits(*column)).map(Some).ok_or(name)
        }
        Ok(Columns {
            key: rows.column(&source.key).ok_or(source.key.as_str())?,
            referee: rows.column(&source.referee).ok_or(source.referee.as_str())?,
            amount: find(rows, &source.amount, Column::is_number)?,
            currency: find(rows, &source.currency, |_| true)?,
            occurred_at: find(rows, &source.occurred_at, Column::is_time)?,
        })
    }

    /// The event of the current row.
    fn event(&self, rows: &TransitionTable) -> Event {
        let value = |column: Option<Column>| column.and_then(|column| rows.value(column));
        let text = |column| value(column).map(Value::text);
        let amount = |number: Decimal| if is_storable(number) { Amount::Given(number) } else { Amount::Unusable };
        Event {
            key: text(Some(self.key)),
            referee: text(Some(self.referee)),
            amount: match value(self.amount).map(Value::number) {
                None => Amount::Absent,
                Some(Ok(number)) => amount(number),
                Some(Err(_)) => Amount::Unusable,
            },
            currency: text(self.currency),
            at: value(self.occurred_at).and_then(Value::time),
        }
    }
}
