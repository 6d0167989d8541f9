//! Events as their source reports them, and how one that is sent again compares with what was recorded.

use super::eligibility::Amount;
use super::timestamp::Timestamp;
use rust_decimal::Decimal;

/// An event of some kind, as the application reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Which event of its kind; `None` where a row has none.
    pub key: Option<String>,
    /// The user_key of whose event it is.
    pub referee: Option<String>,
    /// The event's own amount.
    pub amount: Amount,
    /// Currency of the amount; `None` for that of the plan.
    pub currency: Option<String>,
    /// When it happened; `None` for now.
    pub at: Option<Timestamp>,
}

impl Event {
    /// The currency, unless it is blank.
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref().filter(|given| !given.trim().is_empty())
    }
}

/// An event that has its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The referrer's line; `None` for one that is not stored yet.
    pub commission_id: Option<i64>,
    /// Whose event it was.
    pub referee_id: i64,
    /// Its own amount.
    pub amount: Option<Decimal>,
    /// Its currency.
    pub currency: String,
    /// When it happened.
    pub at: Timestamp,
}

impl Known {
    /// Whether an event that is sent again has the same content. What it leaves open is not compared.
    pub fn is_same(&self, event: &Event, referee_id: Option<i64>) -> bool {
        let amount = match event.amount {
            Amount::Absent => None,
            Amount::Given(amount) => Some(amount),
            Amount::Unusable => return false,
        };
        Some(self.referee_id) == referee_id
            && self.amount == amount
            && event.currency().is_none_or(|given| given.trim().eq_ignore_ascii_case(&self.currency))
            && event.at.filter(|at| at.is_usable()).is_none_or(|at| at == self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known {
            commission_id: Some(1),
            referee_id: 8,
            amount: Some(Decimal::new(1050, 2)),
            currency: "USD".into(),
            at: Timestamp::from_micros(5),
        }
    }

    /// The known event, sent again.
    fn again() -> Event {
        Event {
            key: Some("ch_1".into()),
            referee: Some("eva".into()),
            amount: Amount::Given(Decimal::new(1050, 2)),
            currency: Some("USD".into()),
            at: Some(Timestamp::from_micros(5)),
        }
    }

    #[test]
    fn what_is_left_open_is_not_compared() {
        assert!(known().is_same(&again(), Some(8)));
        assert!(known().is_same(&Event { currency: None, at: None, ..again() }, Some(8)));
        // Numbers, not how they are written; and a currency as providers write it, or none.
        assert!(known().is_same(&Event { amount: Amount::Given(Decimal::new(105_000, 4)), ..again() }, Some(8)));
        for currency in ["usd", " Usd ", "", "  "] {
            assert!(known().is_same(&Event { currency: Some(currency.into()), ..again() }, Some(8)), "{currency:?}");
        }
    }

    #[test]
    fn other_content_is_another_event() {
        for referee_id in [None, Some(9)] {
            assert!(!known().is_same(&again(), referee_id));
        }
        for amount in [Amount::Absent, Amount::Given(Decimal::new(1051, 2)), Amount::Unusable] {
            assert!(!known().is_same(&Event { amount, ..again() }, Some(8)), "{amount:?}");
        }
        assert!(!known().is_same(&Event { currency: Some("EUR".into()), ..again() }, Some(8)));
        assert!(!known().is_same(&Event { at: Some(Timestamp::from_micros(6)), ..again() }, Some(8)));
    }

    #[test]
    fn an_amount_is_open_only_to_none() {
        let without = Known { amount: None, ..known() };
        assert!(without.is_same(&Event { amount: Amount::Absent, ..again() }, Some(8)));
        for amount in [Amount::Given(Decimal::ZERO), Amount::Unusable] {
            assert!(!without.is_same(&Event { amount, ..again() }, Some(8)), "{amount:?}");
        }
    }

    #[test]
    fn a_blank_currency_is_none() {
        let named = |currency: Option<&str>| Event { currency: currency.map(str::to_owned), ..again() };
        assert_eq!(named(Some(" \t")).currency(), None);
        assert_eq!(named(None).currency(), None);
        assert_eq!(named(Some("eur")).currency(), Some("eur"));
    }
}
