//! Payouts: their states, and which change leads from one to another.

/// What is done to a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Somebody agreed to it.
    Approve,
    /// Somebody called it off.
    Cancel,
    /// The bank paid; its reference.
    Settle(String),
    /// The bank did not pay; why.
    Fail(String),
}

impl Change {
    /// The states that this may come from.
    pub fn from(&self) -> &'static [&'static str] {
        match self {
            Change::Approve => &["draft"],
            Change::Cancel => &["draft", "approved"],
            Change::Settle(_) | Change::Fail(_) => &["approved"],
        }
    }

    /// The state that it leads to.
    pub fn to(&self) -> &'static str {
        match self {
            Change::Approve => "approved",
            Change::Cancel => "cancelled",
            Change::Settle(_) => "paid",
            Change::Fail(_) => "failed",
        }
    }

    /// The action in the audit.
    pub fn action(&self) -> &'static str {
        match self {
            Change::Approve => "payout_approved",
            Change::Cancel => "payout_cancelled",
            Change::Settle(_) => "payout_paid",
            Change::Fail(_) => "payout_failed",
        }
    }

    /// Whether the lines are free for the next payout.
    pub fn releases(&self) -> bool {
        matches!(self, Change::Cancel | Change::Fail(_))
    }

    /// The bank's reference, if it paid.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Change::Settle(reference) => Some(reference),
            _ => None,
        }
    }

    /// Why it failed, if it did.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Change::Fail(reason) => Some(reason),
            _ => None,
        }
    }
}

/// The action in the audit that leads to a state; `None` for a word that is no state.
pub fn action_of(state: &str) -> Option<&'static str> {
    let changes = [Change::Approve, Change::Cancel, Change::Settle(String::new()), Change::Fail(String::new())];
    let of_change = changes.iter().find(|change| change.to() == state).map(Change::action);
    if state == "draft" { Some(DRAFTED) } else { of_change }
}

/// Which actions may follow each other about a payout, as `before>after`; the first follows nothing.
pub fn steps() -> Vec<String> {
    let changes = [Change::Approve, Change::Cancel, Change::Settle(String::new()), Change::Fail(String::new())];
    let after = |change: &Change| {
        let action = change.action();
        change.from().iter().filter_map(|state| Some(format!("{}>{action}", action_of(state)?))).collect::<Vec<_>>()
    };
    [format!(">{DRAFTED}")].into_iter().chain(changes.iter().flat_map(after)).collect()
}

/// The action in the audit of a new payout.
pub const DRAFTED: &str = "payout_drafted";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_change() {
        let bank = || "bank 7".to_owned();
        for (change, to, from, action, releases) in [
            (Change::Approve, "approved", vec!["draft"], "payout_approved", false),
            (Change::Cancel, "cancelled", vec!["draft", "approved"], "payout_cancelled", true),
            (Change::Settle(bank()), "paid", vec!["approved"], "payout_paid", false),
            (Change::Fail(bank()), "failed", vec!["approved"], "payout_failed", true),
        ] {
            for state in ["draft", "approved", "paid", "cancelled", "failed"] {
                assert_eq!(change.from().contains(&state), from.contains(&state), "{change:?} of {state}");
            }
            assert_eq!((change.to(), change.action(), change.releases()), (to, action, releases));
            assert_eq!(action_of(to), Some(action));
            assert_eq!(change.reference().is_some(), to == "paid");
            assert_eq!(change.reason().is_some(), to == "failed");
        }
        let steps = [
            ">payout_drafted",
            "payout_drafted>payout_approved",
            "payout_drafted>payout_cancelled",
            "payout_approved>payout_cancelled",
            "payout_approved>payout_paid",
            "payout_approved>payout_failed",
        ];
        assert_eq!(super::steps(), steps);
        assert_eq!((action_of("draft"), action_of("gone")), (Some("payout_drafted"), None));
        assert_eq!(Change::Settle(bank()).reference(), Some("bank 7"));
        assert_eq!(Change::Fail(bank()).reason(), Some("bank 7"));
    }
}
