//! Plans as text, for the tests of reading them.

/// A valid plan with one tier, and something put into it.
pub fn with(extra: &str) -> String {
    format!(r#"{{"currency": "USD", "tiers": [{{"name": "A", "from": 0, "rates": {{}}}}] {extra}}}"#)
}

/// A second tier after one that begins at 1.
pub fn with_tier(tier: &str) -> String {
    format!(r#"{{"currency": "USD", "tiers": [{{"name": "A", "from": 1, "rates": {{}}}}, {tier}]}}"#)
}

/// A second tier with a rate for one kind.
pub fn with_rate(kind: &str, rate: &str) -> String {
    with_tier(&format!(r#"{{"name": "B", "from": 2, "rates": {{"{kind}": {rate}}}}}"#))
}

/// A plan that counts revenue and pays a percentage, with something put into it.
pub fn revenue(extra: &str) -> String {
    let tiers = r#"[{"name": "A", "from": 0, "rates": {"payment": {"percent": 1}}}]"#;
    format!(r#"{{"currency": "USD", "metric": "revenue", "tiers": {tiers} {extra}}}"#)
}
