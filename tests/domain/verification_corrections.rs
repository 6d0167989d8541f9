//! What verification makes of a change to a correction.

use super::verification::{PAID, found, tie, world};
use super::world::number;
use crate::domain::line::{Correction, Kind};
use rust_decimal::Decimal;

/// The corrections of the payment of 60, which earned 3 and, at Silver, earns 6.
const ADJUSTED: usize = 0;
const BY_AMOUNT: usize = 1;
const REFUNDED: usize = 2;
const REST: usize = 3;

/// What differs of a correction after a change of it. Of what came before it nothing does, and whether of what came
/// after is not looked at.
fn changed(index: usize, change: impl FnOnce(&mut Correction)) -> Vec<String> {
    let world = world();
    let mut of = world.line(PAID).clone();
    change(&mut of.corrections[index]);
    let id = of.corrections[index].id;
    let found = found(&of, &world.program.versions[0], tie(&of));
    assert!(found.iter().all(|(line, _)| *line >= id), "{found:?}");
    found.into_iter().filter(|(line, _)| *line == id).map(|(_, what)| what).collect()
}

#[test]
fn the_corrections_are_what_these_tests_take_them_for() {
    let world = world();
    let told = |of: &Correction| (of.kind, of.amount, of.base_amount, of.refunded, of.in_full);
    let reversal =
        |amount, base, refunded, in_full| (Kind::Reversal, number(amount), Some(number(base)), refunded, in_full);
    assert_eq!(
        world.line(PAID).corrections.iter().map(told).collect::<Vec<_>>(),
        [
            (Kind::Adjustment, number("3"), None, None, false),
            reversal("-1", "-10", None, false),
            reversal("-1", "-20", Some(number("20")), false),
            reversal("-4", "-30", None, true),
        ]
    );
}

#[test]
fn an_adjustment() {
    assert_eq!(changed(ADJUSTED, |of| of.amount = number("3.01")), ["amount is 3.01 and should be 3"]);
    assert_eq!(changed(ADJUSTED, |of| of.amount = number("-3")), ["amount is -3 and should be 3"]);
    assert_eq!(changed(ADJUSTED, |of| of.tier = None), ["amount is 3 and should be -3"]);
    assert_eq!(
        changed(ADJUSTED, |of| of.tier = Some("Bronze".into())),
        ["it adjusts line 2 to a tier where it was already"]
    );
    assert_eq!(changed(ADJUSTED, |of| of.tier = Some("Mine".into())), ["tier is Mine, which its plan does not have"]);
    assert!(changed(ADJUSTED, |of| of.in_full = true).contains(&"in_full is true and should be false".to_owned()));
    assert!(
        changed(ADJUSTED, |of| of.refunded = Some(number("1")))
            .contains(&"refunded is 1 and should be none".to_owned())
    );
    assert_eq!(
        changed(ADJUSTED, |of| of.kind = Kind::Reversal),
        ["it takes back -3.00 of line 2, which has 3.00 left"]
    );
}

#[test]
fn a_reversal_by_amount() {
    // The amount is what was asked for, so it is its share of the event's amount that does not fit.
    assert_eq!(changed(BY_AMOUNT, |of| of.amount = number("-2")), ["base_amount is -10 and should be -20"]);
    assert_eq!(changed(BY_AMOUNT, |of| of.base_amount = Some(number("-11"))), ["base_amount is -11 and should be -10"]);
    assert_eq!(changed(BY_AMOUNT, |of| of.base_amount = None), ["base_amount is none and should be -10"]);
    for amount in ["-6.01", "0", "1", "-0.001"] {
        let words = format!("it takes back {} of line 2, which has 6.00 left", -number(amount));
        assert_eq!(changed(BY_AMOUNT, |of| of.amount = number(amount)), [words]);
    }
    assert_eq!(
        changed(BY_AMOUNT, |of| of.in_full = true),
        ["amount is -1 and should be -6", "base_amount is -10 and should be -60"]
    );
    // As a refund it would have been worth more.
    assert_eq!(
        changed(BY_AMOUNT, |of| of.refunded = Some(number("20"))),
        ["amount is -1 and should be -2", "base_amount is -10 and should be -20"]
    );
    assert_eq!(changed(BY_AMOUNT, |of| of.kind = Kind::Adjustment).len(), 1);
}

#[test]
fn a_refund() {
    assert_eq!(changed(REFUNDED, |of| of.amount = number("-1.01")), ["amount is -1.01 and should be -1"]);
    assert_eq!(changed(REFUNDED, |of| of.amount = Decimal::ZERO), ["amount is 0 and should be -1"]);
    assert_eq!(changed(REFUNDED, |of| of.base_amount = Some(number("-21"))), ["base_amount is -21 and should be -20"]);
    assert_eq!(
        changed(REFUNDED, |of| of.refunded = Some(number("30"))),
        ["amount is -1 and should be -2", "base_amount is -20 and should be -30"]
    );
    assert_eq!(changed(REFUNDED, |of| of.refunded = None), ["base_amount is -20 and should be -10"]);
    assert_eq!(changed(REFUNDED, |of| of.in_full = true), ["in_full is true and should be false"]);
    assert_eq!(
        changed(REFUNDED, |of| of.refunded = Some(number("60.0001"))),
        ["it takes back 1.00 of line 2, which has 5.00 left"]
    );
}

#[test]
fn the_rest() {
    assert_eq!(changed(REST, |of| of.amount = number("-3")), ["amount is -3 and should be -4"]);
    assert_eq!(changed(REST, |of| of.base_amount = Some(number("-29"))), ["base_amount is -29 and should be -30"]);
    assert_eq!(changed(REST, |of| of.in_full = false), ["in_full is false and should be true"]);
    // A refund of less than all that is left is not the rest.
    assert_eq!(
        changed(REST, |of| of.refunded = Some(number("10"))),
        [
            "amount is -4 and should be -1",
            "base_amount is -30 and should be -10",
            "in_full is true and should be false"
        ]
    );
}

#[test]
fn a_correction_that_is_missing_or_there_twice() {
    let world = world();
    let of = world.line(PAID);
    let version = &world.program.versions[0];
    // All but the last, without which the others are as they were.
    for index in 0..REST {
        let mut less = of.clone();
        less.corrections.remove(index);
        assert_ne!(found(&less, version, tie(of)), [], "without {index}");
    }
    for index in 0..=REST {
        let mut more = of.clone();
        let again = Correction { id: 2000, ..of.corrections[index].clone() };
        more.corrections.push(again);
        let found = found(&more, version, tie(of));
        assert!(found.iter().all(|(line, _)| *line == 2000) && found.len() == 1, "{index} twice: {found:?}");
    }
    let mut swapped = of.clone();
    swapped.corrections.swap(ADJUSTED, BY_AMOUNT);
    assert_ne!(found(&swapped, version, tie(of)), []);
}
