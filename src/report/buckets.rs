//! Stretches of the calendar that a chart has a column for: days, weeks, months or longer, by how long a time it shows.
//! All in UTC.

use crate::domain::timestamp::Timestamp;

/// At most so many columns.
pub const MOST: i64 = 60;

/// Months in the longer stretches: a month, a quarter, a year and so on, up to what holds all times in few of them.
const MONTHS: [i64; 8] = [1, 3, 12, 60, 120, 600, 1200, 2400];

/// How long each stretch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// So many months.
    Months(i64),
}

impl Unit {
    /// The shortest that needs no more than [`MOST`] for this time, both ends included.
    pub fn of_span(first: Timestamp, last: Timestamp) -> Unit {
        let fits = |unit: &Unit| unit.number(last) - unit.number(first) < MOST;
        let units = [Unit::Day, Unit::Week].into_iter().chain(MONTHS.map(Unit::Months));
        units.into_iter().find(fits).unwrap_or(Unit::Months(MONTHS[MONTHS.len() - 1]))
    }

    /// The number of the stretch that holds a time; they count up without a gap.
    pub fn number(self, at: Timestamp) -> i64 {
        match self {
            Unit::Day => at.day(),
            // Day 0 was a Thursday.
            Unit::Week => (at.day() + 3).div_euclid(7),
            Unit::Months(months) => {
                let (year, month, _) = at.date();
                (year * 12 + month - 1).div_euclid(months)
            }
        }
    }

    /// Its first day, such as `2026-01-05`; what is longer than a day by as much as it takes, such as `2026-01` or `2026`.
    pub fn label(self, number: i64) -> String {
        let date = |day| Timestamp::of_day(day).to_string().split('T').next().unwrap_or_default().to_owned();
        match self {
            Unit::Day => date(number),
            Unit::Week => date(number * 7 - 3),
            Unit::Months(months) => {
                let (year, month) = ((number * months).div_euclid(12), (number * months).rem_euclid(12) + 1);
                if months % 12 == 0 { format!("{year:04}") } else { format!("{year:04}-{month:02}") }
            }
        }
    }

    /// What each is, in words.
    pub fn words(self) -> String {
        match self {
            Unit::Day => "day".to_owned(),
            Unit::Week => "week from".to_owned(),
            Unit::Months(1) => "month".to_owned(),
            Unit::Months(3) => "quarter from".to_owned(),
            Unit::Months(12) => "year".to_owned(),
            Unit::Months(months) => format!("{} years from", months / 12),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000_000;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_micros(number * DAY)
    }

    #[test]
    fn a_longer_time_has_longer_stretches() {
        for (days, unit) in [
            (0, Unit::Day),
            (59, Unit::Day),
            (60, Unit::Week),
            (410, Unit::Week),
            (450, Unit::Months(1)),
            (1900, Unit::Months(3)),
            (6000, Unit::Months(12)),
            (3_650_000, Unit::Months(2400)),
        ] {
            assert_eq!(Unit::of_span(day(20_000), day(20_000 + days)), unit, "{days}");
        }
    }

    #[test]
    fn stretches_are_called_by_their_first_day() {
        let at = day(20_458); // 2026-01-05, a Monday
        for (unit, label) in [
            (Unit::Day, "2026-01-05"),
            (Unit::Week, "2026-01-05"),
            (Unit::Months(1), "2026-01"),
            (Unit::Months(3), "2026-01"),
            (Unit::Months(12), "2026"),
            (Unit::Months(120), "2020"),
        ] {
            assert_eq!(unit.label(unit.number(at)), label);
        }
        assert_eq!(Unit::Week.label(Unit::Week.number(day(20_457))), "2025-12-29");
        assert_eq!(Unit::Months(3).label(Unit::Months(3).number(day(20_457))), "2026-01");
        assert_eq!(Unit::Months(3).label(Unit::Months(3).number(day(20_453))), "2025-10");
    }

    proptest! {
        #[test]
        fn no_time_needs_too_many(first in -719_000..2_930_000i64, days in 0..3_650_000i64) {
            let (first, last) = (day(first), day((first + days).min(2_932_000)));
            let unit = Unit::of_span(first, last);
            let count = unit.number(last) - unit.number(first) + 1;
            prop_assert!((1..=MOST).contains(&count), "{unit:?} {count}");
        }

        #[test]
        fn numbers_follow_the_days(number in -719_000..2_930_000i64) {
            for unit in [Unit::Day, Unit::Week, Unit::Months(1), Unit::Months(3), Unit::Months(12)] {
                let step = unit.number(day(number + 1)) - unit.number(day(number));
                prop_assert!(step == 0 || step == 1);
            }
        }
    }
}
