//! The report: loads what there is, and has it put on a page.

mod ladders;
mod money;
mod people;

use super::error::Error;
use super::{environment, programs};
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use crate::pg::identity;
use crate::pg::timestamp::now;
use crate::report::figures::{Part, Report};
use crate::report::html;
use crate::store::program;
use crate::store::report::{Selection, newest, ties};
use ladders::Standings;
use money::Sums;
use people::People;

/// How many of the newest lines are on the page.
const LINES: i64 = 50;

/// The page, of one program or all, and of events from one time to before another.
pub fn page(program: Option<&str>, since: Option<Timestamp>, until: Option<Timestamp>) -> Result<String, Error> {
    let selection = Selection {
        program_id: program.map(|name| programs::known(name).map(|program| program.id)).transpose()?,
        since: bound("since", since)?.unwrap_or(Timestamp::NEG_INFINITY),
        until: bound("until", until)?.unwrap_or(Timestamp::INFINITY),
    };
    if selection.since >= selection.until {
        let (since, until) = (selection.since.to_string(), selection.until.to_string());
        return Err(Error::EmptyTime { since, until });
    }
    Ok(html(&Report {
        made_at: now(),
        database: identity::current().database_name,
        version: env!("CARGO_PKG_VERSION"),
        mode: environment::mode(),
        why_not_live: environment::why_not_live().flatten(),
        program: program.map(str::to_owned),
        since: selection.since,
        until: selection.until,
        has_programs: program::is_any(),
        parts: parts(&selection),
    }))
}

/// A bound may be infinite, which is none.
fn bound(name: &'static str, given: Option<Timestamp>) -> Result<Option<Timestamp>, Error> {
    let is_infinite = |at: &Timestamp| [Timestamp::NEG_INFINITY, Timestamp::INFINITY].contains(at);
    match given {
        Some(at) if !at.is_usable() && !is_infinite(&at) => Err(Error::TimeOutOfRange { name, given: at.to_string() }),
        _ => Ok(given),
    }
}

fn parts(selection: &Selection) -> Vec<Part> {
    let sums = Sums::load(selection);
    let people = People::load(selection);
    let mut standings = Standings::load(selection.program_id, &people);
    let mut brought = Vec::new();
    ties(selection, |mode, referrals, referrers| brought.push((mode, referrals, referrers)));
    let mut parts = Vec::new();
    for mode in [Mode::Live, Mode::Mock] {
        let (_, referrals, referrers) = brought.iter().find(|(of, ..)| *of == mode).copied().unwrap_or((mode, 0, 0));
        let lines = sums.lines(mode);
        let (ladders, more_ladders) = standings.ladders(mode);
        if lines == 0 && referrals == 0 && ladders.is_empty() {
            continue;
        }
        let (currencies, more_currencies) = money::currencies(mode, &sums, &people, &standings);
        parts.push(Part {
            mode,
            referrals,
            referrers,
            lines,
            currencies,
            more_currencies,
            newest: newest(selection, mode, LINES),
            ladders,
            more_ladders,
        });
    }
    money::fill(selection, &mut parts);
    parts
}
