//! A source of events: which columns of a table hold what of an event, and when a row is one. It is kept in the
//! arguments of the table's triggers.

use super::arguments;

/// Names of columns, unquoted, and conditions as SQL; `None` where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventSource {
    /// The kind of its events.
    pub kind: String,
    /// Identifies an event.
    pub key: String,
    /// The user_key of whose event it is.
    pub referee: String,
    /// The event's own amount.
    pub amount: Option<String>,
    /// Its currency.
    pub currency: Option<String>,
    /// When it happened.
    pub occurred_at: Option<String>,
    /// When a row accrues; always at the INSERT if there is no condition.
    pub accrue_when: Option<String>,
    /// When what it earned is taken back.
    pub reverse_when: Option<String>,
}

impl EventSource {
    /// As arguments of the trigger.
    pub fn to_arguments(&self) -> Vec<String> {
        let required = [("kind", &self.kind), ("key", &self.key), ("referee", &self.referee)];
        let optional = [
            ("amount", &self.amount),
            ("currency", &self.currency),
            ("occurred_at", &self.occurred_at),
            ("accrue_when", &self.accrue_when),
            ("reverse_when", &self.reverse_when),
        ];
        arguments::written(&required, &optional)
    }

    /// From arguments of the trigger; `None` if they are not those of a source.
    pub fn from_arguments(arguments: &[String]) -> Option<EventSource> {
        let value = |name| arguments::value(arguments, name);
        Some(EventSource {
            kind: value("kind")?,
            key: value("key")?,
            referee: value("referee")?,
            amount: value("amount"),
            currency: value("currency"),
            occurred_at: value("occurred_at"),
            accrue_when: value("accrue_when"),
            reverse_when: value("reverse_when"),
        })
    }

    /// Whether an UPDATE may accrue or reverse something.
    pub fn follows_updates(&self) -> bool {
        self.accrue_when.is_some() || self.reverse_when.is_some()
    }

    /// Why a line was reversed, for the ledger. Conditions may be long.
    pub fn reversal_reason(&self) -> String {
        const KEPT: usize = 200;
        let condition: String = self.reverse_when.iter().flat_map(|text| text.chars()).take(KEPT).collect();
        format!("reverse_when: {condition}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arguments_of_another_trigger_are_refused() {
        let arguments = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(EventSource::from_arguments(&[]), None);
        for missing in 0..3 {
            let mut given = vec!["kind=payment", "key=id", "referee=user_id"];
            assert!(EventSource::from_arguments(&arguments(&given)).is_some());
            given.remove(missing);
            assert_eq!(EventSource::from_arguments(&arguments(&given)), None);
        }
        // A name that another begins with is not that name.
        assert_eq!(EventSource::from_arguments(&arguments(&["kinds=x", "key=id", "referee=user_id"])), None);
    }

    #[test]
    fn conditions_follow_updates() {
        let condition = Some("paid".to_owned());
        assert!(!EventSource::default().follows_updates());
        assert!(EventSource { accrue_when: condition.clone(), ..EventSource::default() }.follows_updates());
        assert!(EventSource { reverse_when: condition, ..EventSource::default() }.follows_updates());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            (kind, key, referee) in (".*", ".*", ".*"),
            optional in prop::array::uniform5(prop::option::of(".*")),
            later in any::<bool>(),
        ) {
            let [amount, currency, occurred_at, accrue_when, reverse_when] = optional;
            let source =
                EventSource { kind, key, referee, amount, currency, occurred_at, accrue_when, reverse_when };
            let mut arguments = source.to_arguments();
            if later {
                arguments.push("unknown=to this version".into());
            }
            arguments.reverse();
            prop_assert_eq!(EventSource::from_arguments(&arguments), Some(source));
        }
    }
}
