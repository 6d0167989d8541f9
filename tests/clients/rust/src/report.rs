//! What the client tells the suite: one line a check, and at the end what it made.

use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::fmt::Debug;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

#[derive(Default)]
pub struct Report {
    failed: bool,
    people: usize,
    lines: usize,
    amount: Decimal,
    pub backends: BTreeSet<i32>,
}

impl Report {
    pub fn equal<T: PartialEq + Debug>(&mut self, what: &str, expected: T, got: T) {
        self.check(what, expected == got, &format!("expected {expected:?}, got {got:?}"));
    }

    pub fn check(&mut self, what: &str, holds: bool, detail: &str) {
        self.failed |= !holds;
        if holds { println!("ok {what}") } else { println!("FAILED {what}: {detail}") }
    }

    /// That a statement failed, and how; gives back its hint.
    pub fn refused<T: Debug>(&mut self, result: Result<T, Error>, state: &SqlState, words: &str) -> String {
        let title = state.code().to_owned();
        match &result {
            Err(error) if let Some(told) = error.as_db_error() => {
                self.check(&title, told.code() == state && told.message().contains(words), &format!("{told:?}"));
                told.hint().unwrap_or_default().to_owned()
            }
            other => {
                self.check(&title, false, &format!("{other:?}"));
                String::new()
            }
        }
    }

    /// Counts people who were registered and lines that they earned somebody.
    pub fn made(&mut self, people: usize, amounts: &[Decimal]) {
        self.people += people;
        self.lines += amounts.len();
        self.amount += amounts.iter().sum::<Decimal>();
    }

    pub fn finish(self) -> ! {
        let backends: Vec<_> = self.backends.iter().map(i32::to_string).collect();
        println!("made {} {} {}\nbackends {}", self.people, self.lines, self.amount, backends.join(" "));
        std::process::exit(self.failed.into())
    }
}
