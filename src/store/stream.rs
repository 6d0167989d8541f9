//! Sorted rows, one after the other, of a query that may have millions.

use crate::pg::cursor::{Cursor, Row};
use crate::pg::roles::confined_to;
use crate::pg::subtransaction::probe;
use pgrx::datum::DatumWithOid;
use pgrx::pg_sys::Oid;
use std::collections::VecDeque;

/// How many rows are in memory.
const BATCH: i64 = 1000;

/// The rows of a query, all as of the snapshot of the calling one.
pub struct Stream<'a, T> {
    cursor: Option<Cursor>,
    /// Whose table it is, for the application's own: reading it runs code of theirs.
    owner: Option<Oid>,
    decode: Box<dyn Fn(&Row) -> T + 'a>,
    ahead: VecDeque<T>,
    failure: Option<String>,
}

impl<'a, T> Stream<'a, T> {
    /// Of tables of the extension.
    pub fn of_record(query: &str, arguments: &[DatumWithOid], decode: impl Fn(&Row) -> T + 'a) -> Stream<'a, T> {
        Stream::new(Ok(Cursor::open(query, arguments)), None, decode)
    }

    /// Of a table of the application: planned and read with its owner's rights alone, and without writing anything. What
    /// goes wrong ends the rows.
    pub fn of_table(owner: Oid, query: &str, decode: impl Fn(&Row) -> T + 'a) -> Stream<'a, T> {
        Stream::new(probe(|| confined_to(owner, || Cursor::open(query, &[]))), Some(owner), decode)
    }

    /// All the rows that are left, for queries that have few.
    pub fn all(mut self) -> Vec<T> {
        std::iter::from_fn(|| self.next()).collect()
    }

    fn new(opened: Result<Cursor, String>, owner: Option<Oid>, decode: impl Fn(&Row) -> T + 'a) -> Stream<'a, T> {
        let (cursor, failure) = match opened {
            Ok(cursor) => (Some(cursor), None),
            Err(failure) => (None, Some(failure)),
        };
        Stream { cursor, owner, decode: Box::new(decode), ahead: VecDeque::new(), failure }
    }

    /// The next row, which stays the next; `None` at the end.
    pub fn head(&mut self) -> Option<&T> {
        if self.ahead.is_empty() {
            self.fill();
        }
        self.ahead.front()
    }

    /// The next row.
    pub fn next(&mut self) -> Option<T> {
        self.head();
        self.ahead.pop_front()
    }

    /// The next row, if it is as asked.
    pub fn next_if(&mut self, is_meant: impl FnOnce(&T) -> bool) -> Option<T> {
        if self.head().is_some_and(is_meant) { self.next() } else { None }
    }

    /// What ended the rows too early.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    fn fill(&mut self) {
        let Some(cursor) = &self.cursor else { return };
        let fetch = || cursor.fetch(BATCH, &self.decode);
        let fetched = match self.owner {
            None => Ok(fetch()),
            Some(owner) => probe(|| confined_to(owner, fetch)),
        };
        match fetched {
            Ok(rows) => self.ahead.extend(rows),
            Err(failure) => self.failure = Some(failure),
        }
        if self.ahead.is_empty() {
            self.cursor = None;
        }
    }
}
