//! Numbers, times and names as the page shows them.

use crate::domain::timestamp::Timestamp;
use rust_decimal::Decimal;

/// An amount with the decimals of its currency: `12,345.60`, `−5.00`.
pub fn money(amount: Decimal, decimals: u32) -> String {
    let mut shown = amount;
    shown.rescale(decimals.max(amount.normalize().scale()));
    grouped(&shown.to_string())
}

/// A number as it is, such as a volume: `12,345.5`.
pub fn number(value: Decimal) -> String {
    grouped(&value.to_string())
}

/// A count: `12,345`.
pub fn count(value: i64) -> String {
    grouped(&value.to_string())
}

/// So many of something: `1 line`, `2,000 lines`.
pub fn so_many(value: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A decimal number with commas, and a minus that is one.
pub fn grouped(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("\u{2212}", digits));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut shown = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown + fraction
}

/// A part of one: `43 %`. Not 100 before it is all.
pub fn percent(part: Decimal) -> u32 {
    (part * Decimal::ONE_HUNDRED).trunc().try_into().unwrap_or(100)
}

/// An amount for the axis of a chart, in few characters: `1.5k`, `20M`.
pub fn short(amount: Decimal) -> String {
    let steps = [(12, "tn"), (9, "bn"), (6, "M"), (3, "k")];
    let step = steps.into_iter().find(|(zeros, _)| amount.abs() >= Decimal::from(10_i64.pow(*zeros)));
    let (zeros, unit) = step.unwrap_or((0, ""));
    format!("{}{unit}", number((amount / Decimal::from(10_i64.pow(zeros))).round_dp(4).normalize()))
}

/// The day of a time, in UTC: `2026-01-05`.
pub fn day(at: Timestamp) -> String {
    at.to_string().split('T').next().unwrap_or_default().to_owned()
}

/// A time to the minute: `2026-01-05 13:45 UTC`; infinite times in words.
pub fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    match text.split_once('T') {
        Some((day, time)) => format!("{day} {} UTC", &time[..5]),
        None => text,
    }
}

/// A time exactly: a bound must not look earlier than it is.
pub fn exactly(at: Timestamp) -> String {
    at.to_string().replace('T', " ").replace('Z', " UTC")
}

/// A name with everything in it visible: what would move or hide the text around it is written out, as `\u{202e}`.
pub fn visible(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            // Not the joiners: they are part of how some letters and signs are written.
            '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{61c}' => {
                shown.extend(letter.escape_unicode());
            }
            _ if letter.is_control() => shown.extend(letter.escape_default()),
            _ => shown.push(letter),
        }
    }
    shown
}

/// A name in at most so many characters: its beginning and its end.
pub fn excerpt(name: &str, most: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= most {
        return name.to_owned();
    }
    let tail = most / 4;
    let head = most - 1 - tail;
    let end: String = letters[letters.len() - tail..].iter().collect();
    letters[..head].iter().collect::<String>() + "\u{2026}" + &end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn money_is_exact_and_grouped() {
        for (amount, decimals, shown) in [
            ("0", 2, "0.00"),
            ("1234567.5", 2, "1,234,567.50"),
            ("-1234.5", 2, "\u{2212}1,234.50"),
            ("123", 0, "123"),
            ("-999", 0, "\u{2212}999"),
            ("1000", 0, "1,000"),
            // More decimals than the currency has are never rounded away.
            ("0.0005", 2, "0.0005"),
        ] {
            assert_eq!(money(decimal(amount), decimals), shown);
        }
    }

    #[test]
    fn an_axis_has_few_characters() {
        for (amount, shown) in [
            ("0", "0"),
            ("950", "950"),
            ("1500", "1.5k"),
            ("-20000", "\u{2212}20k"),
            ("2500000", "2.5M"),
            ("3000000000", "3bn"),
            ("4000000000000000", "4,000tn"),
            ("0.05", "0.05"),
        ] {
            assert_eq!(short(decimal(amount)), shown);
        }
    }

    #[test]
    fn a_part_is_whole_at_the_end_alone() {
        assert_eq!([percent(decimal("0.9999")), percent(Decimal::ONE), percent(Decimal::ZERO)], [99, 100, 0]);
    }

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(visible("a\u{202e}b\tc\u{1}"), "a\\u{202e}b\\tc\\u{1}");
        assert_eq!(visible("\u{5d0}\u{5d1} <b>\u{1f600}"), "\u{5d0}\u{5d1} <b>\u{1f600}");
    }

    #[test]
    fn times_are_in_utc() {
        let at = Timestamp::from_micros(1_767_620_730_000_001);
        assert_eq!((day(at), minute(at)), ("2026-01-05".to_owned(), "2026-01-05 13:45 UTC".to_owned()));
        assert_eq!(exactly(at), "2026-01-05 13:45:30.000001 UTC");
        assert_eq!(minute(Timestamp::INFINITY), "infinity");
    }

    proptest! {
        #[test]
        fn an_excerpt_has_the_ends(name in ".{0,80}") {
            let short = excerpt(&name, 20);
            prop_assert!(short.chars().count() <= 20);
            prop_assert_eq!(short.chars().next(), name.chars().next());
            prop_assert_eq!(short.chars().last(), name.chars().last());
        }

        #[test]
        fn grouping_changes_no_digit(value in any::<i64>()) {
            let shown = count(value);
            prop_assert_eq!(shown.replace(',', "").replace('\u{2212}', "-"), value.to_string());
        }
    }
}
