//! The journal of a statement: gathers ties and entries in their order, and stores them together.

use super::records;
use crate::domain::book::{Book, Entry};
use crate::domain::line::{Line, Recorded};
use crate::domain::mode::Mode;
use crate::domain::plan::Plan;
use crate::domain::standing::Place;
use crate::domain::tally::Round;
use crate::domain::volume::{Measure, Usage};
use crate::domain::window::Span;
use crate::store::attribution::{self, Tie};
use crate::store::ledger::{self, Record};
use crate::store::{lines, program, queue, volume};
use rust_decimal::Decimal;
use std::rc::Rc;

/// What was decided and is not stored yet.
pub struct Journal {
    mode: Mode,
    round: Round,
    ties: Vec<Tie>,
    records: Vec<Record>,
    waiting: Vec<queue::New>,
    settled: Vec<i64>,
    is_complete: bool,
}

impl Journal {
    /// Nothing yet.
    pub fn new(mode: Mode) -> Journal {
        Journal {
            mode,
            round: 0,
            ties: Vec::new(),
            records: Vec::new(),
            waiting: Vec::new(),
            settled: Vec::new(),
            is_complete: true,
        }
    }

    /// Takes a tie.
    pub fn tie(&mut self, tie: Tie) {
        self.ties.push(tie);
    }

    /// Takes a record.
    pub fn record(&mut self, record: Record) {
        self.records.push(record);
    }

    /// Puts an event into the queue.
    pub fn wait(&mut self, event: queue::New) {
        self.waiting.push(event);
    }

    /// Takes an event out of the queue, with what is recorded of it.
    pub fn settle(&mut self, queue_id: i64) {
        self.settled.push(queue_id);
    }

    /// Whether storing it cannot leave a part behind: it is one record or one event for the queue, or nothing.
    pub fn is_indivisible(&self) -> bool {
        self.ties.is_empty() && self.settled.is_empty() && self.records.len() + self.waiting.len() <= 1
    }

    /// The one line that an event earned, with the tie if it is a sign-up, where that is all there is to store.
    pub fn only_line(&self) -> Option<(Option<&Tie>, &Line)> {
        let [Record { line: Some(line), .. }] = self.records.as_slice() else { return None };
        let is_all = line.corrects.is_none()
            && self.ties.len() <= 1
            && self.waiting.is_empty()
            && self.settled.is_empty()
            && self.is_complete;
        is_all.then(|| (self.ties.first(), line))
    }

    /// Begins anew, after everything was stored.
    pub fn clear(&mut self) {
        self.ties.clear();
        self.records.clear();
        self.waiting.clear();
        self.settled.clear();
        self.round += 1;
    }

    /// Stores everything. False if an event turned out to be recorded by somebody else meanwhile, or taken from the queue,
    /// now or earlier in this statement: then what was stored must be undone.
    pub fn store(&mut self) -> bool {
        attribution::insert(self.mode, &self.ties);
        queue::add(self.mode, &self.waiting);
        self.is_complete &= queue::remove(&self.settled);
        self.is_complete &= ledger::append(&self.records);
        self.clear();
        std::mem::replace(&mut self.is_complete, true)
    }

    /// What one referrer's account reads and writes.
    pub fn page(&mut self, referrer_id: i64) -> Page<'_> {
        Page { journal: self, referrer_id }
    }
}

/// The record of one referrer.
pub struct Page<'a> {
    journal: &'a mut Journal,
    referrer_id: i64,
}

impl Book for Page<'_> {
    fn volume(&mut self, measure: &Measure, window: Span) -> Decimal {
        volume::count(self.referrer_id, self.journal.mode, measure, window)
    }

    fn usage(&mut self, currency: &str, window: Span) -> Usage {
        volume::usage(self.referrer_id, self.journal.mode, currency, window)
    }

    fn round(&self) -> Round {
        self.journal.round
    }

    fn tiers_of_lines(&mut self, place: Place) -> Vec<Option<String>> {
        lines::tiers(self.referrer_id, self.journal.mode, place)
    }

    fn lines(&mut self, place: Place) -> Vec<Recorded> {
        let complete = self.journal.store();
        self.journal.is_complete = complete;
        lines::of_window(self.referrer_id, self.journal.mode, place)
    }

    fn plan(&self, program_id: i32, version: i32) -> Option<Rc<Plan>> {
        program::by_id(program_id)?.plan_version(version).map(|version| Rc::clone(&version.plan))
    }

    fn write(&mut self, entry: Entry) {
        self.journal.record(records::of_entry(self.journal.mode, self.referrer_id, entry));
    }
}
