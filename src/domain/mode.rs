//! Mock or live: whether a line is real money.

/// The mode of a tie, a line or a standing (DESIGN 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Recorded like live, kept out of live standings and balances, and barred from payouts.
    Mock,
    /// Real money.
    Live,
}

impl Mode {
    /// The word used in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Mock => "mock",
            Mode::Live => "live",
        }
    }

    /// The mode of a word in the ledger.
    pub fn from_ledger(word: &str) -> Mode {
        if word == "live" { Mode::Live } else { Mode::Mock }
    }
}
