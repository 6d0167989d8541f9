//! Erased people: salted hashes of the keys that they had.

use super::cache::Cached;
use super::statement::{Statement, required};
use crate::domain::merkle::Hash;
use crate::pg::snapshot;
use std::collections::HashSet;

thread_local! {
    static SALTS: Cached<Vec<Vec<u8>>> = const { Cached::new() };
}

/// The salts in use: none before the first erasure, then one; more where several were the first at the same time.
pub fn salts() -> Vec<Vec<u8>> {
    static DISTINCT: Statement = Statement(include_str!("sql/salts.sql"));
    let read = || {
        let mut salts = Vec::new();
        snapshot::of_now(|| DISTINCT.stream(&[], |row| salts.push(required(row, 1))));
        salts
    };
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
    read(&KNOWN, salts, hashes)
}

/// Those of the hashes that the key of an erased person had who was tied to somebody; as it is now, since a transaction
/// with a fixed snapshot, which still sees the person, would tie them again.
pub fn tied(salts: &[Vec<u8>], hashes: &[Hash]) -> HashSet<Hash> {
    static TIED: Statement = Statement(
        "SELECT erased.key_hash FROM referrals.erased AS erased
         JOIN referrals.attribution AS tie ON tie.referee_id = erased.participant_id
         WHERE erased.salt = ANY ($1) AND erased.key_hash = ANY ($2)",
    );
    snapshot::of_now(|| read(&TIED, salts, hashes))
}

fn read(statement: &'static Statement, salts: &[Vec<u8>], hashes: &[Hash]) -> HashSet<Hash> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
    let mut found = HashSet::new();
    statement.stream(&[salts.to_vec().into(), hashes.into()], |row| {
        found.extend(Hash::try_from(required::<Vec<u8>>(row, 1)));
    });
    found
}
