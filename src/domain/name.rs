//! Names that people give: of programs, tiers, kinds of events and units.

/// Longest name, in characters.
const MAX_LENGTH: usize = 63;

/// What is wrong with a name, if anything is.
pub fn problem(name: &str) -> Option<String> {
    if name.is_empty() {
        Some("must not be empty".to_owned())
    } else if name.chars().count() > MAX_LENGTH {
        Some(format!("has more than {MAX_LENGTH} characters"))
    } else if name != name.trim() || name.chars().any(char::is_control) {
        Some("must not begin or end with a space or hold control characters".to_owned())
    } else {
        None
    }
}
