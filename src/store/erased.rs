//! Erased people: salted hashes of the keys that they had.

use super::cache::Cached;
use super::statement::{Statement, all, required};
use crate::domain::merkle::Hash;
use std::collections::HashSet;

thread_local! {
    static SALTS: Cached<Vec<Vec<u8>>> = const { Cached::new() };
}

/// The salts in use: none before the first erasure, then one; more where several were the first at the same time.
pub fn salts() -> Vec<Vec<u8>> {
    static DISTINCT: Statement = Statement(include_str!("sql/salts.sql"));
    let read = || DISTINCT.read(&[], |rows| all(rows, |row| required(row, 1)));
    SALTS.with(|salts| salts.get(read)).as_ref().clone()
}

/// Records that a person was erased.
pub fn add(participant_id: i64, salt: &[u8], key_hash: &Hash) {
    static ADD: Statement =
        Statement("INSERT INTO referrals.erased (participant_id, salt, key_hash) VALUES ($1, $2, $3)");
    ADD.write(&[participant_id.into(), salt.to_vec().into(), key_hash.to_vec().into()], |_| ());
}

/// Those of the hashes, made with these salts, that an erased person's key had; as the calling query sees it.
pub fn known(salts: &[Vec<u8>], hashes: &[Hash]) -> HashSet<Hash> {
    static KNOWN: Statement =
        Statement("SELECT key_hash FROM referrals.erased WHERE salt = ANY ($1) AND key_hash = ANY ($2)");
    let mut found: Vec<Vec<u8>> = Vec::new();
    KNOWN.stream(&[salts.to_vec().into(), as_bytes(hashes).into()], |row| found.push(required(row, 1)));
    as_hashes(found)
}

/// Those of the hashes that the key of an erased person had who was tied to somebody, seeing what others have committed
/// meanwhile.
pub fn tied(salts: &[Vec<u8>], hashes: &[Hash]) -> HashSet<Hash> {
    static TIED: Statement = Statement(
        "SELECT erased.key_hash FROM referrals.erased AS erased
         JOIN referrals.attribution AS tie ON tie.referee_id = erased.participant_id
         WHERE erased.salt = ANY ($1) AND erased.key_hash = ANY ($2)",
    );
    as_hashes(TIED.write(&[salts.to_vec().into(), as_bytes(hashes).into()], |rows| all(rows, |row| required(row, 1))))
}

fn as_bytes(hashes: &[Hash]) -> Vec<Vec<u8>> {
    hashes.iter().map(|hash| hash.to_vec()).collect()
}

fn as_hashes(found: Vec<Vec<u8>>) -> HashSet<Hash> {
    found.into_iter().filter_map(|hash| hash.try_into().ok()).collect()
}
