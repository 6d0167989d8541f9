//! Points in time, to the microsecond, as Postgres keeps them.

use std::fmt;

/// Microseconds since 1970-01-01 UTC; the extremes stand for the two infinities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// 0001-01-01 and 9999-12-30 UTC: far enough from the edges for any time zone and hold.
const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_128_000_000_000;
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

    /// Whether an event may carry this time: finite, and in the years 1 to 9999.
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
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Timestamp::NEG_INFINITY => formatter.write_str("-infinity"),
            Timestamp::INFINITY => formatter.write_str("infinity"),
            Timestamp(micros) => match jiff::Timestamp::from_microsecond(micros) {
                Ok(time) => time.fmt(formatter),
                Err(_) => write!(formatter, "{micros} microseconds from 1970"),
            },
        }
    }
}
