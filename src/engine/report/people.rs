//! Who earned most, by mode and currency, without keeping everybody.

use crate::domain::currency::Currency;
use crate::domain::mode::Mode;
use crate::domain::top::Top;
use crate::pg::timestamp::now;
use crate::store::program;
use crate::store::report::{Name, Person, Selection, names, people};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::HashMap;

/// How many people of each currency are on the page.
const PEOPLE: usize = 25;

/// What most ranks by: what it came to, how many were brought, and who came first.
type Rank = (Decimal, i64, Reverse<i64>);

/// Those who earned most.
pub struct People {
    groups: HashMap<(Mode, String), Group>,
    names: HashMap<i64, Name>,
}

/// Those of one mode and currency.
pub struct Group {
    /// The currency of their plans, for those who earned nothing.
    pub currency: Option<Currency>,
    /// How many there are.
    pub count: i64,
    /// The first of them.
    pub top: Vec<Person>,
}

#[derive(Default)]
struct Gathered {
    currency: Option<Currency>,
    count: i64,
    top: Option<Top<Rank, Person>>,
}

impl People {
    /// Looks at everybody.
    pub fn load(selection: &Selection) -> People {
        let mut gathered: HashMap<(Mode, String), Gathered> = HashMap::new();
        people(selection, |person| {
            let planned = if person.currency.is_none() { currency_now(person.program_id) } else { None };
            let code = person.currency.clone().or_else(|| planned.as_ref().map(|currency| currency.code.to_string()));
            // Where no plan is in force there is no currency to be shown in.
            let Some(code) = code else { return };
            let group = gathered.entry((person.mode, code)).or_default();
            group.count += 1;
            group.currency = group.currency.take().or(planned);
            let rank = (person.money.net(), person.referrals, Reverse(person.participant_id));
            group.top.get_or_insert_with(|| Top::new(PEOPLE)).push(rank, person);
        });
        let groups: HashMap<(Mode, String), Group> = gathered
            .into_iter()
            .map(|(key, Gathered { currency, count, top })| {
                (key, Group { currency, count, top: top.map(Top::into_sorted).unwrap_or_default() })
            })
            .collect();
        let mut people = People { groups, names: HashMap::new() };
        let ids = people.shown().map(|person| person.participant_id).collect();
        names(ids, |name| {
            people.names.insert(name.participant_id, name);
        });
        people
    }

    /// Everybody who may be on the page.
    pub fn shown(&self) -> impl Iterator<Item = &Person> {
        self.groups.values().flat_map(|group| &group.top)
    }

    /// Those of a mode and currency.
    pub fn of(&self, mode: Mode, currency: &str) -> Option<&Group> {
        self.groups.get(&(mode, currency.to_owned()))
    }

    /// The currencies of a mode.
    pub fn currencies(&self, mode: Mode) -> impl Iterator<Item = &str> {
        self.groups.keys().filter(move |(of, _)| *of == mode).map(|(_, currency)| &**currency)
    }

    /// How somebody on the page is called.
    pub fn name(&self, participant_id: i64) -> Option<&Name> {
        self.names.get(&participant_id)
    }
}

fn currency_now(program_id: i32) -> Option<Currency> {
    Some(program::by_id(program_id)?.plan_at(now())?.plan.currency.clone())
}
