//! A page of made-up figures: what it says, and that nothing in it is taken for markup.

use crate::domain::currency::Currency;
use crate::domain::ledger_figures::{Line, Money};
use crate::domain::mode::Mode;
use crate::domain::plan::Metric;
use crate::domain::timestamp::Timestamp;
use crate::domain::window::Window;
use crate::report::figures::{Climber, Earner, InCurrency, Ladder, OfKind, Part, Report, Rung};
use crate::report::html;
use crate::report::series::Series;
use proptest::prelude::*;
use rust_decimal::Decimal;

const AT: Timestamp = Timestamp::from_micros(1_767_620_730_000_000);

fn report(parts: Vec<Part>) -> Report {
    Report {
        made_at: AT,
        database: "shop".to_owned(),
        version: "1.2.3",
        mode: Mode::Live,
        why_not_live: None,
        program: None,
        since: Timestamp::NEG_INFINITY,
        until: Timestamp::INFINITY,
        has_programs: true,
        parts,
    }
}

fn money(accrued: i64, reversed: i64) -> Money {
    let [accrued, reversed] = [accrued, reversed].map(|cents| Decimal::new(cents, 2));
    Money { accrued, reversed, payable: accrued - reversed, ..Money::default() }
}

/// Everything that somebody else chose is called so.
fn part(mode: Mode, name: &str) -> Part {
    let sums = money(123_456, 234_567);
    let mut accruals = Series::over(AT, AT);
    accruals.add(AT, [sums.accrued, -sums.reversed]);
    let mut due = Series::over(AT, AT);
    due.add(AT, [sums.payable, Decimal::ZERO]);
    let own = || name.to_owned();
    let climber = Climber {
        user_key: Some(own()),
        volume: Decimal::new(5, 1),
        tier: None,
        next: Some((own(), Decimal::ONE)),
        done: Decimal::new(9999, 4),
    };
    Part {
        mode,
        referrals: 2,
        referrers: 1,
        lines: 1001,
        currencies: vec![InCurrency {
            currency: Currency { code: name.into(), decimals: 2 },
            lines: 1001,
            money: sums,
            kinds: vec![OfKind { event_kind: own(), kind: "accrual".to_owned(), lines: 1001, amount: sums.net() }],
            more_kinds: 0,
            accruals,
            due,
            top: vec![Earner {
                user_key: Some(own()),
                code: own(),
                program: own(),
                tier: Some(own()),
                referrals: 2,
                volume: Some(Decimal::ONE),
                money: sums,
                last_referral_at: Some(AT),
            }],
            earners: 1,
        }],
        more_currencies: 0,
        newest: vec![Line {
            id: 7,
            occurred_at: AT,
            kind: "accrual".to_owned(),
            program: own(),
            referrer: Some(own()),
            referee: None,
            is_for_referee: true,
            tier: Some(own()),
            event_kind: own(),
            event_key: Some(own()),
            base_amount: Some("-1234.50".to_owned()),
            amount: "-5.00".to_owned(),
            currency: own(),
            status: "on_hold".to_owned(),
            payable_at: AT,
        }],
        ladders: vec![Ladder {
            program: own(),
            metric: Metric::Revenue,
            window: Window::Days(30),
            currency: own(),
            below: 1,
            rungs: vec![Rung { name: own(), from: Decimal::ONE, referrers: 0 }],
            furthest: vec![climber],
            nearest: vec![],
        }],
        more_ladders: 0,
    }
}

#[test]
fn it_says_when_where_and_what() {
    let page = html(&report(vec![part(Mode::Live, "plain"), part(Mode::Mock, "plain")]));
    for words in [
        "<title>Referrals</title>",
        "<dd>2026-01-05 13:45 UTC</dd>",
        "<dd>shop</dd>",
        "<dd>referrals 1.2.3</dd>",
        "Practice, not real money",
        "1 referrer brought 2 people.",
        "The newest 1 of 1,001 lines",
        "1,000 more lines are in the view referrals.commission_ledger",
        ">\u{2212}1,111.11",
        ">\u{2212}1,234.50<",
        "on hold</span>",
        "accrual, for the referee",
        "erased",
        "99\u{a0}%",
        "in the last 30 days",
    ] {
        assert!(page.contains(words), "it does not say {words}");
    }
}

#[test]
fn the_same_figures_are_the_same_page() {
    let page = || html(&report(vec![part(Mode::Live, "plain")]));
    assert_eq!(page(), page());
}

#[test]
fn a_page_of_nothing_says_so() {
    assert!(html(&report(vec![])).contains("Nothing to show"));
    let page = html(&Report { has_programs: false, why_not_live: Some("a <copy>".to_owned()), ..report(vec![]) });
    assert!(page.contains("There is no program yet") && page.contains("Mock mode: a &#60;copy&#62;."));
}

#[test]
fn bounds_are_told_exactly() {
    let bounded = Report { since: AT, until: Timestamp::from_micros(AT.micros() + 1), ..report(vec![]) };
    let page = html(&bounded);
    assert!(page.contains("from 2026-01-05 13:45:30 UTC, before 2026-01-05 13:45:30.000001 UTC"), "{page}");
}

/// The names of all elements, in their order.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split([' ', '>', '\n']).next().unwrap_or_default()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_name_is_taken_for_markup(name in "[<>\"'&;/a!\\-{}%=\\\\#\u{5d0}\u{202e}\u{1}]{1,30}") {
        let (plain, hostile) = (html(&report(vec![part(Mode::Mock, "x")])), html(&report(vec![part(Mode::Mock, &name)])));
        prop_assert_eq!(tags(&plain), tags(&hostile));
        let is_hidden = hostile.contains(['\u{202e}', '\u{1}']);
        prop_assert!(!is_hidden);
    }
}
