//! Two sums over time, such as what was accrued and what was reversed, in as many stretches as a chart has room for.

use super::buckets::Unit;
use crate::domain::timestamp::Timestamp;
use rust_decimal::Decimal;

/// The sums, stretch by stretch without a gap.
pub struct Series {
    unit: Unit,
    first: i64,
    sums: Vec<[Decimal; 2]>,
}

impl Series {
    /// Nothing yet, for a time both of whose ends are included.
    pub fn over(first: Timestamp, last: Timestamp) -> Series {
        let unit = Unit::of_span(first, last);
        let (first, last) = (unit.number(first), unit.number(last));
        let count = usize::try_from(last - first + 1).unwrap_or(0);
        Series { unit, first, sums: vec![[Decimal::ZERO; 2]; count] }
    }

    /// Of no time at all.
    pub fn empty() -> Series {
        Series { unit: Unit::Day, first: 0, sums: Vec::new() }
    }

    /// Adds to the sums of a time in it.
    pub fn add(&mut self, at: Timestamp, sums: [Decimal; 2]) {
        let place = usize::try_from(self.unit.number(at) - self.first).ok();
        if let Some(found) = place.and_then(|place| self.sums.get_mut(place)) {
            for (sum, more) in found.iter_mut().zip(sums) {
                *sum += more;
            }
        }
    }

    /// Each stretch by its first day, with its sums.
    pub fn stretches(&self) -> impl Iterator<Item = (String, [Decimal; 2])> {
        (self.first..).zip(&self.sums).map(|(number, sums)| (self.unit.label(number), *sums))
    }

    /// What each stretch is, such as `day`.
    pub fn unit(&self) -> String {
        self.unit.words()
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_its_place() {
        let day = |number: i64| Timestamp::from_micros(number * 86_400_000_000 + 5);
        let mut series = Series::over(day(20_458), day(20_460));
        series.add(day(20_458), [Decimal::ONE, Decimal::ZERO]);
        series.add(day(20_460), [Decimal::TEN, -Decimal::ONE]);
        series.add(day(20_460), [Decimal::TEN, Decimal::ZERO]);
        let found: Vec<_> = series.stretches().collect();
        assert_eq!(found[0], ("2026-01-05".to_owned(), [Decimal::ONE, Decimal::ZERO]));
        assert_eq!(found[1], ("2026-01-06".to_owned(), [Decimal::ZERO; 2]));
        assert_eq!(found[2], ("2026-01-07".to_owned(), [Decimal::from(20), -Decimal::ONE]));
        assert_eq!(found.len(), 3);
    }
}
