//! The first screen: what was brought and earned, by currency, and by whom most.

use super::content::{Cell, Chart, Section, Table, Tile, in_chart};
use super::figures::{Earner, InCurrency, Part};
use super::series::Series;
use super::words::{self, count, money, so_many};
use super::{chart, words::visible};
use crate::domain::ledger_figures::Money;
use rust_decimal::Decimal;

/// So many bars has the chart of those who earned most.
const BARS: usize = 10;

/// The screen of one mode.
pub fn section(part: &Part) -> Section {
    let mode = part.mode.as_str();
    let words = format!(
        "{} brought {}. Amounts are by currency and never added up across them.",
        so_many(part.referrers, "referrer", "referrers"),
        so_many(part.referrals, "person", "people"),
    );
    let mut section = Section::new(format!("{mode}-dashboard"), "Referral dashboard", words);
    section.sections =
        part.currencies.iter().zip(1..).map(|(it, place)| currency(it, &format!("{mode}-{place}"))).collect();
    section.remark = (part.more_currencies > 0).then(|| {
        let more = so_many(part.more_currencies as i64, "currency has", "currencies have");
        format!("{more} fewer lines and no place here: see the view referrals.dashboard.")
    });
    section
}

fn currency(it: &InCurrency, id: &str) -> Section {
    let code = visible(&it.currency.code);
    let mut section = Section::new(format!("{id}-money"), code.clone(), String::new());
    section.tiles = tiles(&it.money, it.currency.decimals, &code);
    if !it.accruals.is_empty() {
        section.charts.push(over_time(
            format!("{id}-accruals"),
            "Accruals over time",
            "by the time of the event",
            ["accrued", "reversed"],
            &it.accruals,
            it,
        ));
        section.charts.push(earners(format!("{id}-earners"), it));
    }
    section.tables.push(table(it));
    section.remark = (it.earners > it.top.len() as i64).then(|| {
        let more = so_many(it.earners - it.top.len() as i64, "more person has", "more people have");
        format!("{more} a row in the view referrals.dashboard; the totals are over all of them.")
    });
    section
}

fn tiles(sums: &Money, decimals: u32, code: &str) -> Vec<Tile> {
    let tile = |name, amount| Tile { name, figure: money(amount, decimals), unit: code.to_owned() };
    vec![
        tile("Accrued", sums.accrued),
        tile("Reversed", sums.reversed),
        tile("On hold", sums.on_hold),
        tile("Payable", sums.payable),
        tile("In payout", sums.in_payout),
        tile("Paid", sums.paid),
        tile("Balance", sums.balance()),
    ]
}

/// A chart of two sums over time, with its table.
pub fn over_time(
    id: String,
    title: &str,
    by: &str,
    legend: [&'static str; 2],
    series: &Series,
    it: &InCurrency,
) -> Chart {
    let (decimals, code) = (it.currency.decimals, visible(&it.currency.code));
    let (names, sums): (Vec<String>, Vec<[Decimal; 2]>) = series.stretches().unzip();
    let [first, second] =
        sums.iter().fold([Decimal::ZERO; 2], |[one, two], [first, second]| [one + first, two + second]);
    let total = |name: &str, [first, second]: [Decimal; 2]| {
        vec![Cell::Word(name.to_owned()), Cell::Number(money(first, decimals)), Cell::Number(money(second, decimals))]
    };
    let rows = names.iter().zip(&sums).filter(|(_, pair)| pair.iter().any(|sum| !sum.is_zero()));
    let unit = series.unit();
    let mut table = Table::new(
        format!("{title} in {code}, {by} (UTC)"),
        vec![("First day", false), (legend[0], true), (legend[1], true)],
        rows.map(|(name, pair)| total(name, *pair)).collect(),
    );
    table.total = Some(total("Total", [first, second]));
    Chart {
        id,
        title: format!("{title}, {code}"),
        description: format!(
            "A column for each {unit} {} to {}, {by} in UTC: {} {} and {} {} in all.",
            names.first().map_or("", String::as_str),
            names.last().map_or("", String::as_str),
            money(first, decimals),
            legend[0],
            money(second, decimals),
            legend[1],
        ),
        legend: legend.to_vec(),
        drawing: chart::columns(&names, &sums, decimals),
        table,
    }
}

fn earners(id: String, it: &InCurrency) -> Chart {
    let (decimals, code) = (it.currency.decimals, visible(&it.currency.code));
    let shown: Vec<&Earner> = it.top.iter().take(BARS).collect();
    let names: Vec<String> = shown.iter().map(|earner| in_chart(earner.user_key.as_deref(), &earner.code)).collect();
    let amounts: Vec<Decimal> = shown.iter().map(|earner| earner.money.net()).collect();
    let figures: Vec<String> = amounts.iter().map(|amount| money(*amount, decimals)).collect();
    let rows = shown.iter().zip(&figures).map(|(earner, figure)| {
        vec![Cell::person(earner.user_key.as_deref()), Cell::name(&earner.code), Cell::Number(figure.clone())]
    });
    let description = match (names.first(), figures.first()) {
        (Some(name), Some(figure)) => {
            format!("A bar for each of {}, longest first: {name} earned {figure} {code}.", names.len())
        }
        _ => "Nobody earned anything.".to_owned(),
    };
    Chart {
        id,
        title: format!("Top referrers, {code}"),
        description,
        legend: vec!["accrued less reversed"],
        drawing: chart::bars(&names, &amounts, decimals, &figures),
        table: Table::new(
            format!("Who earned most in {code}, accrued less reversed"),
            vec![("Person", false), ("Code", false), ("Earned", true)],
            rows.collect(),
        ),
    }
}

fn table(it: &InCurrency) -> Table {
    let (decimals, code) = (it.currency.decimals, visible(&it.currency.code));
    let sums = |sums: &Money| {
        [sums.accrued, sums.reversed, sums.on_hold, sums.payable, sums.in_payout, sums.paid, sums.balance()]
            .map(|amount| Cell::Number(money(amount, decimals)))
    };
    let row = |earner: &Earner| {
        let mut row = vec![
            Cell::person(earner.user_key.as_deref()),
            Cell::name(&earner.code),
            Cell::name(&earner.program),
            Cell::optional(earner.tier.as_deref(), "none yet"),
            Cell::Number(count(earner.referrals)),
            earner.volume.map_or(Cell::Nothing("\u{2013}"), |volume| Cell::Number(words::number(volume))),
        ];
        row.extend(sums(&earner.money));
        row.push(earner.last_referral_at.map_or(Cell::Nothing("\u{2013}"), |at| Cell::Word(words::day(at))));
        row
    };
    let mut table = Table::new(
        format!("Referrers in {code}, those who earned most first"),
        vec![
            ("Person", false),
            ("Code", false),
            ("Program", false),
            ("Tier now", false),
            ("Referrals", true),
            ("Volume now", true),
            ("Accrued", true),
            ("Reversed", true),
            ("On hold", true),
            ("Payable", true),
            ("In payout", true),
            ("Paid", true),
            ("Balance", true),
            ("Last referral", false),
        ],
        it.top.iter().map(row).collect(),
    );
    let mut total = vec![Cell::Word(format!("All {}", count(it.earners)))];
    total.extend((0..5).map(|_| Cell::Nothing("")));
    total.extend(sums(&it.money));
    total.push(Cell::Nothing(""));
    table.total = Some(total);
    table
}
