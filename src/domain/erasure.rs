//! What is kept of an erased person: enough to know them again when they come back, and to nobody else a name.

use super::merkle::Hash;
use sha2::{Digest, Sha256};

/// Bytes of salt.
pub const SALT_BYTES: usize = 16;

/// The salted hash of a user_key.
pub fn key_hash(salt: &[u8], user_key: &str) -> Hash {
    // Of fixed length, so that no salt and key run into each other like another pair.
    debug_assert_eq!(salt.len(), SALT_BYTES);
    Sha256::new().chain_update(salt).chain_update(user_key).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_again_by_its_salt_alone() {
        let (salt, other) = ([1; SALT_BYTES], [2; SALT_BYTES]);
        assert_eq!(key_hash(&salt, "42"), key_hash(&salt, "42"));
        assert_ne!(key_hash(&salt, "42"), key_hash(&salt, "43"));
        assert_ne!(key_hash(&salt, "42"), key_hash(&other, "42"));
    }
}
