//! A sign-up: what is known of it, and when it is not tied to a referrer.

use super::timestamp::Timestamp;

/// Longest user_key in bytes: room for any key with a prefix, and safely below what an index takes.
pub const MAX_KEY_BYTES: usize = 512;

/// Longest key_prefix in bytes: leaves most of a key to the key.
pub const MAX_PREFIX_BYTES: usize = 128;

/// The key under which a row of a table is known; `None` if the row has none.
pub fn prefixed_key(prefix: &str, key: Option<String>) -> Option<String> {
    key.filter(|key| !key.is_empty()).map(|key| if prefix.is_empty() { key } else { format!("{prefix}{key}") })
}

/// One sign-up, as the application reports it.
#[derive(Debug, Clone, Default)]
pub struct SignUp {
    /// The text form of the application's key; `None` where the row has none.
    pub user_key: Option<String>,
    /// The code that the person signed up with, as typed.
    pub referred_by: Option<String>,
    /// The code that the person wants or already has, as typed.
    pub wanted_code: Option<String>,
    /// A name to make a memorable code from.
    pub label: Option<String>,
    /// When it happened; `None` for now.
    pub registered_at: Option<Timestamp>,
}

/// Why a row cannot be registered at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyProblem {
    /// The key is NULL or empty.
    Missing,
    /// The key has more than [`MAX_KEY_BYTES`].
    TooLong,
}

impl KeyProblem {
    /// The word in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            KeyProblem::Missing => "no_key",
            KeyProblem::TooLong => "key_too_long",
        }
    }
}

/// Why a wanted code was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeProblem {
    /// It cannot be a code.
    Invalid,
    /// It is another participant's, or was.
    Taken,
}

impl CodeProblem {
    /// The word in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            CodeProblem::Invalid => "invalid",
            CodeProblem::Taken => "taken",
        }
    }
}

/// Why a sign-up that named a code was not tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untied {
    /// The person was known before.
    AlreadyRegistered,
    /// The person is tied to somebody.
    AlreadyTied,
    /// Nobody has this code, or not yet.
    UnknownCode,
    /// It is the person's own code.
    SelfReferral,
    /// It was the code of a person since erased.
    RetiredCode,
    /// The person was tied before, erased, and has come back.
    ReturningPerson,
}

impl Untied {
    /// The word in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Untied::AlreadyRegistered => "already_registered",
            Untied::AlreadyTied => "already_tied",
            Untied::UnknownCode => "unknown_code",
            Untied::SelfReferral => "self_referral",
            Untied::RetiredCode => "retired_code",
            Untied::ReturningPerson => "returning_person",
        }
    }
}

/// Checks a user_key.
pub fn check_key(user_key: Option<&str>) -> Result<&str, KeyProblem> {
    match user_key {
        None | Some("") => Err(KeyProblem::Missing),
        Some(key) if key.len() > MAX_KEY_BYTES => Err(KeyProblem::TooLong),
        Some(key) => Ok(key),
    }
}

/// Whether a typed code is none at all: only white space and hyphens.
pub fn is_blank(typed: &str) -> bool {
    typed.chars().all(|character| character.is_whitespace() || character == '-')
}

/// A participant whose code was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Who it is.
    pub participant_id: i64,
    /// The program that rates whom the participant brings.
    pub program_id: i32,
    /// Whether the person has been erased since.
    pub erased: bool,
    /// Which row of this batch it is, if the participant came with it.
    pub row: Option<usize>,
}

/// Whether a new participant is tied to the owner of the code that the sign-up named.
///
/// Codes count from the moment that they are issued: the code of a later row of the same batch is unknown.
pub fn tie(row: usize, owner: Option<Owner>) -> Result<Owner, Untied> {
    let owner = owner.ok_or(Untied::UnknownCode)?;
    match owner.row {
        Some(issued_at) if issued_at == row => Err(Untied::SelfReferral),
        Some(issued_at) if issued_at > row => Err(Untied::UnknownCode),
        _ if owner.erased => Err(Untied::RetiredCode),
        _ => Ok(owner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(row: Option<usize>, erased: bool) -> Option<Owner> {
        Some(Owner { participant_id: 1, program_id: 1, erased, row })
    }

    #[test]
    fn a_tie_needs_a_code_issued_before_to_someone_else() {
        assert_eq!(tie(5, owner(None, false)).map(|owner| owner.participant_id), Ok(1));
        assert_eq!(tie(5, owner(Some(4), false)).map(|owner| owner.participant_id), Ok(1));
        assert_eq!(tie(5, owner(Some(5), false)), Err(Untied::SelfReferral));
        assert_eq!(tie(5, owner(Some(6), false)), Err(Untied::UnknownCode));
        assert_eq!(tie(5, owner(None, true)), Err(Untied::RetiredCode));
        assert_eq!(tie(5, None), Err(Untied::UnknownCode));
    }

    #[test]
    fn keys_have_bounds() {
        assert_eq!(check_key(None), Err(KeyProblem::Missing));
        assert_eq!(check_key(Some("")), Err(KeyProblem::Missing));
        assert_eq!(check_key(Some(" ")), Ok(" "));
        assert_eq!(check_key(Some(&"k".repeat(MAX_KEY_BYTES + 1))), Err(KeyProblem::TooLong));
    }

    #[test]
    fn only_spaces_and_hyphens_name_no_code() {
        assert!(is_blank("") && is_blank(" - \t") && !is_blank("x") && !is_blank("😀"));
    }
}
