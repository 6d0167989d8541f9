//! What lines come to, by mode and currency: totals over all of them, and over time.

use super::ladders::Standings;
use super::people::People;
use crate::domain::currency::Currency;
use crate::domain::ledger_figures::Money;
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use crate::engine::progress;
use crate::report::figures::{Earner, InCurrency, OfKind, Part};
use crate::report::series::Series;
use crate::store::report::{Day, Person, Selection, Sum, accruals, due, sums};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many currencies of each mode are on the page, and kinds of each currency.
const CURRENCIES: usize = 8;
const KINDS: usize = 20;

/// All sums.
pub struct Sums {
    groups: HashMap<(Mode, String), Group>,
}

/// Those of one mode and currency.
#[derive(Default)]
struct Group {
    decimals: u32,
    lines: i64,
    money: Money,
    kinds: BTreeMap<(String, String), (i64, Decimal)>,
    occurred: Option<(Timestamp, Timestamp)>,
    due: Option<(Timestamp, Timestamp)>,
}

impl Sums {
    /// Adds everything up.
    pub fn load(selection: &Selection) -> Sums {
        let mut groups: HashMap<(Mode, String), Group> = HashMap::new();
        sums(selection, |sum| groups.entry((sum.mode, sum.currency.clone())).or_default().add(sum));
        Sums { groups }
    }

    /// How many lines a mode has.
    pub fn lines(&self, mode: Mode) -> i64 {
        self.groups.iter().filter(|((of, _), _)| *of == mode).map(|(_, group)| group.lines).sum()
    }
}

impl Group {
    fn add(&mut self, sum: Sum) {
        let (program_id, version) = sum.plan;
        // A unit of a program's own may have had other decimals once.
        self.decimals = self.decimals.max(progress::decimals(program_id, version).unwrap_or(0));
        self.lines += sum.lines;
        self.money += sum.money;
        let (lines, amount) = self.kinds.entry((sum.event_kind, sum.kind)).or_default();
        *lines += sum.lines;
        *amount += sum.amount;
        self.occurred = Some(joined(self.occurred, sum.occurred));
        self.due = sum.due.map(|due| joined(self.due, due)).or(self.due);
    }
}

fn joined(one: Option<(Timestamp, Timestamp)>, other: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    one.map_or(other, |one| (one.0.min(other.0), one.1.max(other.1)))
}

/// The currencies of a mode, those with most lines first, and how many are left out. What is by time is not filled in yet.
pub fn currencies(mode: Mode, sums: &Sums, people: &People, standings: &Standings) -> (Vec<InCurrency>, usize) {
    let with_lines = sums.groups.keys().filter(|(of, _)| *of == mode).map(|(_, currency)| &**currency);
    let codes: BTreeSet<&str> = with_lines.chain(people.currencies(mode)).collect();
    let mut found: Vec<InCurrency> =
        codes.into_iter().map(|code| currency(mode, code, sums, people, standings)).collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.lines));
    let more = found.len().saturating_sub(CURRENCIES);
    found.truncate(CURRENCIES);
    (found, more)
}

fn currency(mode: Mode, code: &str, sums: &Sums, people: &People, standings: &Standings) -> InCurrency {
    let nothing = Group::default();
    let group = sums.groups.get(&(mode, code.to_owned())).unwrap_or(&nothing);
    let persons = people.of(mode, code);
    let planned = persons.and_then(|persons| persons.currency.as_ref()).map_or(0, |currency| currency.decimals);
    let mut kinds: Vec<OfKind> = group
        .kinds
        .iter()
        .map(|((event_kind, kind), (lines, amount))| OfKind {
            event_kind: event_kind.clone(),
            kind: kind.clone(),
            lines: *lines,
            amount: *amount,
        })
        .collect();
    kinds.sort_by_key(|of| std::cmp::Reverse(of.lines));
    let more_kinds = kinds.len().saturating_sub(KINDS);
    kinds.truncate(KINDS);
    let over = |span: Option<(Timestamp, Timestamp)>| {
        span.map_or_else(Series::empty, |(first, last)| Series::over(first, last))
    };
    InCurrency {
        currency: Currency { code: code.into(), decimals: group.decimals.max(planned) },
        lines: group.lines,
        money: group.money,
        kinds,
        more_kinds,
        accruals: over(group.occurred),
        due: over(group.due),
        top: persons.iter().flat_map(|group| &group.top).map(|person| earner(person, people, standings)).collect(),
        earners: persons.map_or(0, |group| group.count),
    }
}

fn earner(person: &Person, people: &People, standings: &Standings) -> Earner {
    let name = people.name(person.participant_id).expect("people on the page are participants");
    let standing = standings.of(person);
    Earner {
        user_key: name.user_key.clone(),
        code: name.code.clone(),
        program: name.program.clone(),
        tier: standing.and_then(|standing| standing.progress.tier.clone()),
        referrals: person.referrals,
        volume: standing.map(|standing| standing.volume),
        money: person.money,
        last_referral_at: person.last_referral_at,
    }
}

/// Fills in what is by time.
pub fn fill(selection: &Selection, parts: &mut [Part]) {
    let mut add = |day: &Day, series: fn(&mut InCurrency) -> &mut Series| {
        let currencies = parts.iter_mut().filter(|part| part.mode == day.mode).flat_map(|part| &mut part.currencies);
        for it in currencies.filter(|it| *it.currency.code == *day.currency) {
            series(it).add(day.at, day.sums);
        }
    };
    accruals(selection, |day| add(&day, |it| &mut it.accruals));
    due(selection, |day| add(&day, |it| &mut it.due));
}
