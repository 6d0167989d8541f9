//! The second screen: what the lines of the ledger come to, when they are due, and the newest of them.

use super::content::{Cell, Section, Table};
use super::dashboard::over_time;
use super::figures::{InCurrency, OfKind, Part};
use super::words::{count, day, grouped, money, so_many, visible};
use crate::domain::ledger_figures::Line;

/// The screen of one mode.
pub fn section(part: &Part) -> Section {
    let mode = part.mode.as_str();
    let words = format!("{}, never changed: a correction is another line.", so_many(part.lines, "line", "lines"));
    let mut section = Section::new(format!("{mode}-ledger"), "Commission ledger", words);
    for (it, place) in part.currencies.iter().zip(1..).filter(|(it, _)| it.lines > 0) {
        section.sections.push(currency(it, &format!("{mode}-{place}")));
    }
    if part.lines > 0 {
        section.sections.push(newest(part, mode));
    }
    section
}

fn currency(it: &InCurrency, id: &str) -> Section {
    let (decimals, code) = (it.currency.decimals, visible(&it.currency.code));
    let mut section = Section::new(format!("{id}-kinds"), format!("Lines in {code}"), String::new());
    section.is_beside = true;
    let row = |of: &OfKind| {
        vec![
            Cell::name(&of.event_kind),
            Cell::Word(of.kind.clone()),
            Cell::Number(count(of.lines)),
            Cell::Number(money(of.amount, decimals)),
        ]
    };
    let mut table = Table::new(
        format!("Lines in {code} by kind of event and of line"),
        vec![("Event", false), ("Line", false), ("Lines", true), ("Amount", true)],
        it.kinds.iter().map(row).collect(),
    );
    table.total = Some(vec![
        Cell::Word("Total".to_owned()),
        Cell::Nothing(""),
        Cell::Number(count(it.lines)),
        Cell::Number(money(it.money.net(), decimals)),
    ]);
    section.tables.push(table);
    section.remark = (it.more_kinds > 0).then(|| {
        let more = so_many(it.more_kinds as i64, "kind has", "kinds have");
        format!("{more} fewer lines and no row here: see the view referrals.commission_ledger; the total is over all of them.")
    });
    if !it.due.is_empty() {
        section.charts.push(over_time(
            format!("{id}-due"),
            "Payable by date",
            "by the end of the hold",
            ["payable", "on hold"],
            &it.due,
            it,
        ));
    }
    section
}

fn newest(part: &Part, mode: &str) -> Section {
    let mut section = Section::new(format!("{mode}-newest"), "Newest lines", String::new());
    let columns = vec![
        ("Line", true),
        ("Event", false),
        ("Which", false),
        ("Day", false),
        ("Kind", false),
        ("Program", false),
        ("Referrer", false),
        ("Referee", false),
        ("Tier", false),
        ("Base", true),
        ("Amount", true),
        ("Currency", false),
        ("Status", false),
        ("Payable", false),
    ];
    let caption = format!(
        "The newest {} of {} by arrival, the newest first",
        part.newest.len(),
        so_many(part.lines, "line", "lines")
    );
    section.tables.push(Table::new(caption, columns, part.newest.iter().map(row).collect()));
    section.remark = (part.lines > part.newest.len() as i64).then(|| {
        let more = so_many(part.lines - part.newest.len() as i64, "more line is", "more lines are");
        format!("{more} in the view referrals.commission_ledger.")
    });
    section
}

fn row(line: &Line) -> Vec<Cell> {
    vec![
        Cell::Number(line.id.to_string()),
        Cell::name(&line.event_kind),
        Cell::person(line.event_key.as_deref()),
        Cell::Word(day(line.occurred_at)),
        Cell::Word(if line.is_for_referee { format!("{}, for the referee", line.kind) } else { line.kind.clone() }),
        Cell::name(&line.program),
        Cell::person(line.referrer.as_deref()),
        Cell::person(line.referee.as_deref()),
        Cell::optional(line.tier.as_deref(), "none yet"),
        line.base_amount.as_deref().map_or(Cell::Nothing("\u{2013}"), |base| Cell::Number(grouped(base))),
        Cell::Number(grouped(&line.amount)),
        Cell::name(&line.currency),
        Cell::Status(line.status.clone()),
        Cell::Word(day(line.payable_at)),
    ]
}
