//! On whose behalf this session is asking.

use super::error::Error;
use crate::domain::claims;
use crate::pg::settings;

/// The key of the user whom the session speaks for; `None` for nobody.
///
/// `referrals.user_key` decides where it is set, be it to nothing: who translates claims into user_keys, and finds none, has
/// said so. Only where it is not set does the token's subject count.
pub fn on_behalf_of() -> Result<Option<String>, Error> {
    let key = match settings::user_key() {
        Some(key) => Some(key),
        None => claims::subject(&settings::claims().unwrap_or_default()).map_err(|_| Error::UnreadableClaims)?,
    };
    // No user_key is empty or has a zero byte, which Postgres would compare up to that byte under some collations.
    Ok(key.filter(|key| !key.is_empty() && !key.contains('\0')))
}
