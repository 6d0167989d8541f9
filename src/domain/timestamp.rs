//! Points in time, to the microsecond, as Postgres keeps them.

use std::fmt;

/// Microseconds since 1970-01-01 UTC; the extremes stand for the two infinities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// 0001-01-01 and the end of 9998 UTC: far enough from the edges of the calendar for any time zone and window.
const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_370_764_799_999_999;
const HOUR: i64 = 3_600_000_000;

impl Timestamp {
    /// Before every time.
    pub const NEG_INFINITY: Timestamp = Timestamp(i64::MIN);
    /// After every time.
    pub const INFINITY: Timestamp = Timestamp(i64::MAX);

    /// From microseconds since 1970-01-01 UTC.
    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }

    /// Microseconds since 1970-01-01 UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whether an event may carry this time: finite, and in the years 1 to 9998.
    pub fn is_usable(self) -> bool {
        (FIRST..=LAST).contains(&self.0)
    }

    /// This time and a number of 24-hour days; infinite times stay as they are.
    pub fn plus_days(self, days: u32) -> Timestamp {
        if self == Timestamp::NEG_INFINITY || self == Timestamp::INFINITY {
            return self;
        }
        Timestamp(self.0.saturating_add(i64::from(days) * 24 * HOUR))
    }

    /// This usable time less a number of 24-hour days.
    pub fn minus_days(self, days: u32) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::from(days) * 24 * HOUR))
    }

    /// The day that holds this time, counted from 1970-01-01 UTC.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(24 * HOUR)
    }

    /// The first instant of a day counted so.
    pub const fn of_day(day: i64) -> Timestamp {
        Timestamp(day.saturating_mul(24 * HOUR))
    }

    /// Year, month and day in UTC.
    pub fn date(self) -> (i64, i64, i64) {
        date(self.day())
    }

    /// The microsecond after this usable time.
    pub fn next(self) -> Timestamp {
        Timestamp(self.0.saturating_add(1))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Timestamp::NEG_INFINITY => formatter.write_str("-infinity"),
            Timestamp::INFINITY => formatter.write_str("infinity"),
            Timestamp(micros) => {
                let (year, month, day) = self.date();
                let micros = micros.rem_euclid(24 * HOUR);
                let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
                write!(formatter, "{year:04}-{month:02}-{day:02}T")?;
                write!(formatter, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
                if fraction > 0 {
                    write!(formatter, ".{fraction:06}")?;
                }
                formatter.write_str("Z")
            }
        }
    }
}

/// Year, month and day of a day counted from 1970-01-01, by the arithmetic of the 400-year cycle. Unlike a calendar
/// library it has no limits, and a message may have to show any time that Postgres can hold.
fn date(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let cycle = shifted.div_euclid(146_097);
    let day_of_cycle = shifted.rem_euclid(146_097);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    // Months from March, so that the day of a leap year comes last.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = cycle * 400 + year_of_cycle + i64::from(month <= 2);
    (year, month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn any_time_can_be_shown() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
            (253_402_300_800_000_000, "10000-01-01T00:00:00Z"),
            (i64::MIN, "-infinity"),
            (i64::MAX, "infinity"),
        ] {
            assert_eq!(Timestamp::from_micros(micros).to_string(), text);
        }
    }

    #[test]
    fn usable_times_have_edges() {
        assert!(Timestamp::from_micros(FIRST).is_usable() && Timestamp::from_micros(LAST).is_usable());
        assert!(!Timestamp::from_micros(FIRST - 1).is_usable() && !Timestamp::from_micros(LAST + 1).is_usable());
        assert_eq!(Timestamp::from_micros(FIRST).to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_micros(LAST).to_string(), "9998-12-31T23:59:59.999999Z");
    }

    proptest! {
        #[test]
        fn usable_times_read_as_a_calendar_library_shows_them(micros in FIRST..=LAST) {
            let shown = Timestamp::from_micros(micros).to_string();
            prop_assert_eq!(shown.parse::<jiff::Timestamp>().unwrap().as_microsecond(), micros);
        }
    }
}
