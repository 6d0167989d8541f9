//! The page as a whole: what it is of, what it leaves out, and everything in its order.

use super::content::{Cell, Section};
use super::figures::{Part, Report};
use super::words::{exactly, minute, visible};
use super::{dashboard, ledger, progress};
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use askama::Template;

/// The template page.html, which escapes whatever it is given but drawings.
#[derive(Template)]
#[template(path = "page.html", config = "src/report/askama.toml")]
struct Page {
    title: String,
    facts: Vec<(&'static str, String)>,
    notes: Vec<String>,
    sections: Vec<Section>,
}

/// The report as one page of HTML.
pub fn html(report: &Report) -> String {
    let page = Page {
        title: match &report.program {
            Some(program) => format!("Referrals: {}", visible(program)),
            None => "Referrals".to_owned(),
        },
        facts: facts(report),
        notes: notes(report),
        sections: report.parts.iter().map(section).collect(),
    };
    page.render().expect("a page of plain values can be written into a string")
}

fn section(part: &Part) -> Section {
    let (title, words) = match part.mode {
        Mode::Live => ("Live", "Real money."),
        Mode::Mock => ("Mock", "Practice, not real money: these lines are never paid, and no live figure counts them."),
    };
    let mut section = Section::new(part.mode.as_str(), title, words);
    section.sections = vec![dashboard::section(part), ledger::section(part), progress::section(part)];
    section
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let mode = match report.mode {
        Mode::Live => "live: what is recorded now is real money",
        Mode::Mock => "mock: what is recorded now is practice, not real money",
    };
    vec![
        ("As of", minute(report.made_at)),
        ("Database", visible(&report.database)),
        ("Mode", mode.to_owned()),
        ("Program", report.program.as_deref().map_or_else(|| "all".to_owned(), visible)),
        ("Events", bounds(report)),
        ("Made by", format!("referrals {}", report.version)),
    ]
}

fn bounds(report: &Report) -> String {
    match (report.since, report.until) {
        (Timestamp::NEG_INFINITY, Timestamp::INFINITY) => "of all time".to_owned(),
        (since, Timestamp::INFINITY) => format!("from {}", exactly(since)),
        (Timestamp::NEG_INFINITY, until) => format!("before {}", exactly(until)),
        (since, until) => format!("from {}, before {}", exactly(since), exactly(until)),
    }
}

fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(report.why_not_live.iter().map(|why| format!("Mock mode: {}.", visible(why))));
    if !report.has_programs {
        notes.push("There is no program yet: referrals.attach or referrals.define_program makes one.".to_owned());
    } else if report.parts.iter().all(|part| part.lines == 0 && part.referrals == 0) {
        notes.push("Nothing to show: nobody was brought and nothing earned, as far as this report looks.".to_owned());
    }
    if report.is_bounded() {
        notes.push(
            "Amounts, lines and referrals are those of events in the time above; what became of their money, and tiers \
             and volumes, are as of now."
                .to_owned(),
        );
    }
    if report.program.is_some() {
        notes.push(
            "Amounts and lines are those that the program rated; referrals and tiers are of the people who are in it now."
                .to_owned(),
        );
    }
    notes
}
