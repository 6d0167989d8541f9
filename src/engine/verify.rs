//! Verification: everything recorded is what was recorded, and what the rules make of it. No problem means sound.

mod chain;
mod record;

use crate::pg::timestamp::clock;
use std::collections::HashMap;

/// Something that is not as it should be.
pub struct Problem {
    /// What kind of problem.
    pub problem: &'static str,
    /// Which row, and what is the matter.
    pub detail: String,
}

/// Everything that is the matter. `digest` is the root of a block that was kept outside.
pub fn problems(digest: Option<&str>) -> Vec<Problem> {
    let mut report = Report::new();
    chain::check(digest, &mut report);
    record::check(&mut report);
    report.finish()
}

/// The most problems of a kind that are told one by one.
const MOST: u64 = 1_000;

/// How long nothing is said about the progress.
const SILENCE: i64 = 5_000_000;

/// Gathers problems, and tells how far it is.
struct Report {
    problems: Vec<Problem>,
    counts: HashMap<&'static str, u64>,
    rows: u64,
    spoke_at: i64,
}

impl Report {
    fn new() -> Report {
        Report { problems: Vec::new(), counts: HashMap::new(), rows: 0, spoke_at: clock().micros() }
    }

    fn add(&mut self, problem: &'static str, detail: String) {
        let count = self.counts.entry(problem).or_default();
        *count += 1;
        if *count <= MOST {
            self.problems.push(Problem { problem, detail });
        }
    }

    /// Another part begins.
    fn begin(&mut self) {
        self.rows = 0;
    }

    /// One more row was looked at.
    fn progress(&mut self, what: &str) {
        self.rows += 1;
        if self.rows.is_multiple_of(1_024) {
            pgrx::check_for_interrupts!();
            let now = clock().micros();
            if now - self.spoke_at >= SILENCE {
                self.spoke_at = now;
                pgrx::notice!("verifying {what}: {} rows so far", self.rows);
            }
        }
    }

    fn finish(mut self) -> Vec<Problem> {
        let mut more: Vec<(&str, u64)> = self.counts.into_iter().filter(|(_, count)| *count > MOST).collect();
        more.sort_unstable();
        for (problem, count) in more {
            self.problems.push(Problem { problem, detail: format!("and {} more", count - MOST) });
        }
        self.problems
    }
}
