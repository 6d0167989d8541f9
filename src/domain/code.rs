//! What a referral code is: its normal form, and which codes are valid.

/// Fewest characters of a code.
pub const MIN_LENGTH: usize = 3;
/// Most characters of a code.
pub const MAX_LENGTH: usize = 32;

/// A code in its normal form: 3 to 32 characters of `A-Z`, `0-9` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Code(String);

impl Code {
    /// Reads a code as a person may have typed it; `None` if no participant can have such a code.
    pub fn parse(typed: &str) -> Option<Code> {
        // Guards against megabytes of text: no more spaces and hyphens than this make a code.
        if typed.len() > 40 * MAX_LENGTH {
            return None;
        }
        let normal = normalize(typed);
        let valid = (MIN_LENGTH..=MAX_LENGTH).contains(&normal.len())
            && normal.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        valid.then_some(Code(normal))
    }

    /// The normal form as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code's text, given away.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The normal form of any text: white space and hyphens dropped, upper-cased (DESIGN 1).
pub fn normalize(typed: &str) -> String {
    typed
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .flat_map(char::to_uppercase)
        .collect()
}

/// The normal form, cut so that an audit row stays small whatever was typed.
pub fn excerpt(typed: &str) -> String {
    const KEPT: usize = 40;
    let start: String = typed.chars().take(20 * KEPT).collect();
    normalize(&start).chars().take(KEPT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(Code::parse(" maria-7k ").unwrap().as_str(), "MARIA7K");
        assert_eq!(Code::parse("a b c").unwrap().as_str(), "ABC");
        assert_eq!(Code::parse("old_code_1").unwrap().as_str(), "OLD_CODE_1");
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in ["", "  ", "--", "AB", "É7K2", "A.BC", "😀😀😀", &"A".repeat(33), &" ".repeat(1 << 20)] {
            assert_eq!(Code::parse(typed), None, "{typed:.40}");
        }
    }

    proptest! {
        #[test]
        fn normalizing_twice_changes_nothing(typed in any::<String>()) {
            let once = normalize(&typed);
            prop_assert_eq!(normalize(&once), once);
        }

        #[test]
        fn a_parsed_code_parses_to_itself(typed in "[ a-zA-Z0-9_-]{0,48}") {
            if let Some(code) = Code::parse(&typed) {
                prop_assert_eq!(Code::parse(code.as_str()), Some(code));
            }
        }

        #[test]
        fn parsing_never_panics(typed in any::<String>()) {
            let _ = Code::parse(&typed);
            prop_assert!(excerpt(&typed).chars().count() <= 40);
        }
    }
}
