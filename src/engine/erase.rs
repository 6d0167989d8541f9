//! Erasure: a person's key goes, what was recorded under their number stays. And who comes back afterwards.

use super::error::Error;
use super::pass::{Change, Pass};
use super::records;
use crate::domain::erasure::{self, SALT_BYTES, key_hash};
use crate::domain::merkle::Hash;
use crate::pg::entropy;
use crate::store::{erased, ledger, participant};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Pseudonymises a person.
pub fn erase(user_key: &str) -> Result<(), Error> {
    let id = participant::lock_wholly(user_key).ok_or_else(|| Error::UnknownUser { user_key: user_key.to_owned() })?;
    let salt = erased::salts().into_iter().next().unwrap_or_else(|| {
        let mut salt = vec![0; SALT_BYTES];
        entropy::fill(&mut salt);
        salt
    });
    erased::add(id, &salt, &erasure::key_hash(&salt, user_key));
    let pass = Pass::open(Change::Erase);
    participant::forget_key(id);
    drop(pass);
    ledger::note(&records::entry("erased", Some(id), None, json!({})));
    let events = ledger::events_named(user_key, id);
    if events > 0 {
        // The ledger is append-only, and the key of an event is the application's.
        pgrx::warning!("the key of this person is also the key of events of theirs, which keep it in {events} records");
    }
    Ok(())
}

/// Those of the keys that belonged to people who were erased; writes nothing.
pub fn were_erased<'a>(user_keys: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
    matching(user_keys, erased::known)
}

/// Those of the keys that belonged to people who were tied to somebody, and erased.
pub fn were_tied<'a>(user_keys: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
    matching(user_keys, erased::tied)
}

fn matching<'a>(
    user_keys: impl Iterator<Item = &'a str>,
    find: impl FnOnce(&[Vec<u8>], &[Hash]) -> HashSet<Hash>,
) -> HashSet<&'a str> {
    let salts = erased::salts();
    if salts.is_empty() {
        return HashSet::new();
    }
    let keys: HashMap<Hash, &str> =
        user_keys.flat_map(|key| salts.iter().map(move |salt| (key_hash(salt, key), key))).collect();
    let hashes: Vec<Hash> = keys.keys().copied().collect();
    if hashes.is_empty() { HashSet::new() } else { find(&salts, &hashes).iter().map(|hash| keys[hash]).collect() }
}
