//! The third screen: each program's ladder, who is where on it, and who is near the next tier.

use super::chart;
use super::content::{Cell, Chart, Group, Section, Table, name_in_chart};
use super::figures::{Climber, Ladder, Part};
use super::words::{count, number, percent, so_many, visible};
use crate::domain::plan::Metric;
use crate::domain::window::Window;
use rust_decimal::Decimal;

/// The screen of one mode.
pub fn section(part: &Part) -> Section {
    let mode = part.mode.as_str();
    let words = "Where referrers stand now, in the window that holds now, under the plan in force now.";
    let mut section = Section::new(format!("{mode}-progress"), "Tier progress", words);
    section.sections =
        part.ladders.iter().zip(1..).map(|(it, place)| ladder(it, &format!("{mode}-ladder-{place}"))).collect();
    section.remark = (part.more_ladders > 0).then(|| {
        let more = so_many(part.more_ladders as i64, "program has", "programs have");
        format!("{more} fewer referrers and no place here: see the view referrals.tier_progress.")
    });
    section
}

fn ladder(it: &Ladder, id: &str) -> Section {
    let words = format!("Volume is {} {}.", measure(it), window(it.window));
    let mut section = Section::new(id, visible(&it.program), words);
    section.is_beside = true;
    section.charts.push(rungs(it, format!("{id}-rungs")));
    section.tables.push(climbers(it));
    let shown = (it.furthest.len() + it.nearest.len()) as i64;
    section.remark = (it.referrers() > shown).then(|| {
        let more = so_many(it.referrers() - shown, "more referrer is", "more referrers are");
        format!("{more} in the view referrals.tier_progress; the ladder counts all of them.")
    });
    section
}

fn measure(it: &Ladder) -> String {
    match it.metric {
        Metric::Referrals => "how many people were brought".to_owned(),
        Metric::Events => "how many events earned".to_owned(),
        Metric::Revenue => format!("what the events come to, in {},", visible(&it.currency)),
    }
}

fn window(window: Window) -> String {
    match window {
        Window::Lifetime => "in all time".to_owned(),
        Window::Month => "in this month".to_owned(),
        Window::Quarter => "in this quarter".to_owned(),
        Window::Year => "in this year".to_owned(),
        Window::Days(days) => format!("in the last {}", so_many(i64::from(days), "day", "days")),
        Window::Event => "with each event alone".to_owned(),
    }
}

fn rungs(it: &Ladder, id: String) -> Chart {
    // The highest on top, as on a ladder.
    let mut steps: Vec<(&str, Option<Decimal>, i64)> =
        it.rungs.iter().rev().map(|rung| (&*rung.name, Some(rung.from), rung.referrers)).collect();
    if it.below > 0 {
        steps.push(("below the first", None, it.below));
    }
    let names: Vec<String> = steps.iter().map(|(name, ..)| name_in_chart(name)).collect();
    let amounts: Vec<Decimal> = steps.iter().map(|(.., referrers)| Decimal::from(*referrers)).collect();
    let figures: Vec<String> = steps.iter().map(|(.., referrers)| count(*referrers)).collect();
    let rows = steps.iter().map(|(name, from, referrers)| {
        vec![
            Cell::name(name),
            from.map_or(Cell::Nothing("\u{2013}"), |from| Cell::Number(number(from))),
            Cell::Number(count(*referrers)),
        ]
    });
    let mut table = Table::new(
        format!("Tiers of {} and how many referrers are at each", visible(&it.program)),
        vec![("Tier", false), ("From volume", true), ("Referrers", true)],
        rows.collect(),
    );
    table.total = Some(vec![Cell::Word("Total".to_owned()), Cell::Nothing(""), Cell::Number(count(it.referrers()))]);
    let each: Vec<String> =
        steps.iter().map(|(name, _, referrers)| format!("{} {}", count(*referrers), visible(name))).collect();
    Chart {
        id,
        title: format!("Tier ladder, {}", visible(&it.program)),
        description: format!(
            "A bar for each tier, the highest first, as long as it has referrers: {}.",
            each.join(", ")
        ),
        legend: vec!["referrers at the tier now"],
        drawing: chart::bars(&names, &amounts, 0, &figures),
        table,
    }
}

fn climbers(it: &Ladder) -> Table {
    let group = |title, of: &[Climber]| Group { title: Some(title), rows: of.iter().map(row).collect() };
    let groups = [group("Greatest volume", &it.furthest), group("Nearest to the next tier", &it.nearest)];
    Table {
        caption: format!("Referrers of {} on the ladder", visible(&it.program)),
        columns: vec![
            ("Referrer", false),
            ("Tier", false),
            ("Volume", true),
            ("Next tier", false),
            ("From volume", true),
            ("Missing", true),
            ("On the way", false),
        ],
        groups: groups.into_iter().filter(|group| !group.rows.is_empty()).collect(),
        total: None,
    }
}

fn row(it: &Climber) -> Vec<Cell> {
    let percent = percent(it.done);
    let mut row = vec![
        Cell::person(it.user_key.as_deref()),
        Cell::optional(it.tier.as_deref(), "none yet"),
        Cell::Number(number(it.volume)),
    ];
    match &it.next {
        Some((name, from)) => row.extend([
            Cell::name(name),
            Cell::Number(number(*from)),
            Cell::Number(number(*from - it.volume)),
            Cell::Progress(percent, format!("{percent}\u{a0}%")),
        ]),
        None => row.extend([
            Cell::Nothing("\u{2013}"),
            Cell::Nothing("\u{2013}"),
            Cell::Nothing("\u{2013}"),
            Cell::Progress(percent, "at the top".to_owned()),
        ]),
    }
    row
}
