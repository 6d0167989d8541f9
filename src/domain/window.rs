//! Windows: the stretch of time over which a referrer's volume counts.

use super::timestamp::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// How long volume accumulates before it starts again from nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    /// For ever.
    #[default]
    Lifetime,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
    /// So many times 24 hours, ending with the event.
    Days(u32),
    /// Nothing accumulates: the event's own amount, or 1.
    Event,
}

/// One particular window: from its first instant up to, but not including, its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub start: Timestamp,
    /// First instant after.
    pub end: Timestamp,
}

impl Span {
    /// Whether the time lies in the window.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

impl Window {
    /// Whether every event has a window of its own.
    pub fn is_sliding(self) -> bool {
        matches!(self, Window::Days(_) | Window::Event)
    }

    /// The window that holds a time; an empty one where nothing accumulates. Calendar windows begin at local midnight of
    /// the zone; where the clock is turned back over midnight, at the first of the two.
    ///
    /// The time must be usable ([`Timestamp::is_usable`]).
    pub fn at(self, at: Timestamp, zone: &TimeZone) -> Span {
        let months = match self {
            Window::Lifetime => return Span { start: Timestamp::NEG_INFINITY, end: Timestamp::INFINITY },
            Window::Month => 1,
            Window::Quarter => 3,
            Window::Year => 12,
            Window::Days(days) => return Span { start: at.minus_days(days).next(), end: at.next() },
            Window::Event => return Span { start: at, end: at },
        };
        let instant = jiff::Timestamp::from_microsecond(at.micros()).expect("a usable time is in range");
        let local = instant.to_zoned(zone.clone()).date();
        let month = i32::from(local.year()) * 12 + i32::from(local.month()) - 1;
        let first = month - month.rem_euclid(months);
        let (start, end) = (midnight(first, zone), midnight(first + months, zone));
        if at < end {
            return Span { start, end };
        }
        // The clock was turned back over midnight: it is the last of the month once more, but the next window has begun.
        Span { start: end, end: midnight(first + 2 * months, zone) }
    }
}

/// So many calendar months later at the same local time, or at the end of a shorter month. A local time that the clock
/// skips is taken as if it had not; of one that comes twice, the first.
pub fn months_later(at: Timestamp, months: u32, zone: &TimeZone) -> Timestamp {
    let instant = jiff::Timestamp::from_microsecond(at.micros()).expect("a usable time is in range");
    // Past the end of the calendar nothing ever happens.
    instant
        .to_zoned(zone.clone())
        .checked_add(jiff::Span::new().months(months))
        .map_or(Timestamp::INFINITY, |later| Timestamp::from_micros(later.timestamp().as_microsecond()))
}

/// The first instant of a month, counted from January of the year 0.
fn midnight(month: i32, zone: &TimeZone) -> Timestamp {
    let year = i16::try_from(month.div_euclid(12)).expect("a usable time is in range");
    let month = i8::try_from(month.rem_euclid(12) + 1).expect("1 to 12");
    // The end of the last year of the calendar is beyond jiff's range.
    let Ok(first) = Date::new(year, month, 1) else { return Timestamp::INFINITY };
    match first.to_zoned(zone.clone()) {
        Ok(zoned) => Timestamp::from_micros(zoned.timestamp().as_microsecond()),
        Err(_) => Timestamp::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn check(window: Window, name: &str, at: &str, start: &str, end: &str) {
        let span = window.at(time(at), &zone(name));
        assert_eq!((span.start, span.end), (time(start), time(end)), "{window:?} {name} {at}");
    }

    #[test]
    fn calendar_windows_begin_at_local_midnight() {
        check(Window::Month, "UTC", "2026-02-28T23:59:59.999999Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
        check(Window::Quarter, "UTC", "2026-05-15T12:00:00Z", "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z");
        check(Window::Year, "UTC", "2026-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        // New York is UTC-5 on 1 March and UTC-4 on 1 April.
        check(
            Window::Month,
            "America/New_York",
            "2026-03-31T23:00:00Z",
            "2026-03-01T05:00:00Z",
            "2026-04-01T04:00:00Z",
        );
        check(
            Window::Month,
            "America/New_York",
            "2026-04-01T03:59:59.999999Z",
            "2026-03-01T05:00:00Z",
            "2026-04-01T04:00:00Z",
        );
        check(
            Window::Month,
            "America/New_York",
            "2026-04-01T04:00:00Z",
            "2026-04-01T04:00:00Z",
            "2026-05-01T04:00:00Z",
        );
        check(Window::Month, "Asia/Kathmandu", "2026-01-31T18:15:00Z", "2026-01-31T18:15:00Z", "2026-02-28T18:15:00Z");
    }

    #[test]
    fn a_midnight_that_comes_twice_counts_from_the_first() {
        // Havana turned the clock back from 01:00 to 00:00 on 1 November 2020.
        check(Window::Month, "America/Havana", "2020-11-01T04:30:00Z", "2020-11-01T04:00:00Z", "2020-12-01T05:00:00Z");
    }

    #[test]
    fn a_window_that_has_begun_does_not_end_when_the_clock_is_turned_back() {
        // St. John's turned the clock back from 00:01 on 1 November 2009 to 23:01 on 31 October.
        for at in ["2009-11-01T02:30:00Z", "2009-11-01T02:31:00Z", "2009-11-01T03:29:00Z", "2009-11-01T03:30:00Z"] {
            check(Window::Month, "America/St_Johns", at, "2009-11-01T02:30:00Z", "2009-12-01T03:30:00Z");
        }
        check(
            Window::Month,
            "America/St_Johns",
            "2009-11-01T02:29:59Z",
            "2009-10-01T02:30:00Z",
            "2009-11-01T02:30:00Z",
        );
    }

    #[test]
    fn lifetime_holds_everything() {
        let span = Window::Lifetime.at(time("2026-01-01T00:00:00Z"), &zone("UTC"));
        assert!(span.holds(time("1000-01-01T00:00:00Z")) && span.holds(time("9000-01-01T00:00:00Z")));
    }

    #[test]
    fn days_end_with_the_event_and_leave_their_start_out() {
        // The clock of New York is put forward on 8 March 2026: days are of 24 hours all the same.
        let at = time("2026-03-09T12:00:00.000001Z");
        let span = Window::Days(2).at(at, &zone("America/New_York"));
        assert!(span.holds(at) && !span.holds(at.next()));
        assert!(!span.holds(time("2026-03-07T12:00:00.000001Z")));
        assert!(span.holds(time("2026-03-07T12:00:00.000002Z")));
    }

    #[test]
    fn by_the_event_a_window_holds_nothing() {
        let at = time("2026-03-09T12:00:00Z");
        let span = Window::Event.at(at, &zone("UTC"));
        assert_eq!((span.start, span.end, span.holds(at)), (at, at, false));
    }

    #[test]
    fn the_edges_of_usable_time_have_windows() {
        for name in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            for at in [-62_135_596_800_000_000, 253_370_764_799_999_999] {
                let at = Timestamp::from_micros(at);
                assert!(at.is_usable());
                for window in [Window::Month, Window::Quarter, Window::Year, Window::Days(1), Window::Days(36_500)] {
                    assert!(window.at(at, &zone(name)).holds(at), "{name} {window:?} {at}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn windows_tile_time(
            micros in -2_000_000_000_000_000i64..10_000_000_000_000_000,
            name in prop::sample::select(vec!["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe",
                "Africa/Casablanca", "America/Havana", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"]),
            window in prop::sample::select(vec![Window::Month, Window::Quarter, Window::Year]),
        ) {
            let zone = zone(name);
            let span = window.at(Timestamp::from_micros(micros), &zone);
            prop_assert!(span.holds(Timestamp::from_micros(micros)));
            // The next window begins where this one ends, and both edges know their side.
            prop_assert_eq!(window.at(span.end, &zone).start, span.end);
            prop_assert_eq!(window.at(Timestamp::from_micros(span.end.micros() - 1), &zone), span);
            prop_assert_eq!(window.at(span.start, &zone), span);
        }

        #[test]
        fn days_are_of_24_hours(
            micros in -2_000_000_000_000_000i64..10_000_000_000_000_000,
            days in 1..400u32,
            before in -1_000_000_000i64..=1_000_000_000,
        ) {
            let at = Timestamp::from_micros(micros);
            let length = i64::from(days) * 86_400_000_000;
            // About the start, and about the event itself.
            for age in [length + before, before] {
                let held = Window::Days(days).at(at, &TimeZone::UTC).holds(Timestamp::from_micros(micros - age));
                prop_assert_eq!(held, (0..length).contains(&age), "{} of {}", age, length);
            }
        }

        /// Against a calendar kept by hand: years, months and days of UTC.
        #[test]
        fn months_later_is_the_same_day_or_the_last(
            (year, month, day) in (1900..2500i16, 1..=12i8, 1..=31i8),
            months in 1..=1200u32,
            second in 0..86_400i64,
        ) {
            let is_leap = |year: i16| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = |year: i16, month: i8| match month {
                2 if is_leap(year) => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let at = |year, month, day: i8| {
                let midnight = Date::new(year, month, day.min(length(year, month))).unwrap().to_zoned(TimeZone::UTC);
                Timestamp::from_micros((midnight.unwrap().timestamp().as_second() + second) * 1_000_000)
            };
            let from = at(year, month, day);
            let ahead = i32::from(year) * 12 + i32::from(month) - 1 + months as i32;
            let expected = at((ahead / 12) as i16, (ahead % 12 + 1) as i8, day.min(length(year, month)));
            prop_assert_eq!(months_later(from, months, &TimeZone::UTC), expected);
        }
    }
}
