//! Erased people: salted hashes of the keys that they had.

use super::cache::Cached;
use super::statement::{Statement, all, required};
use crate::domain::merkle::Hash;
use pgrx::spi::SpiTupleTable;
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

/// Those of the hashes, made with these salts, that an erased person's key had.
pub fn known(salts: &[Vec<u8>], hashes: &[Hash]) -> HashSet<Hash> {
    static KNOWN: Statement = Statement(OF_HASHES);
    read(&KNOWN, salts, hashes)
}

/// The same as the calling query sees it; usable on a standby.
pub fn shown(salts: &[Vec<u8>], hashes: &[Hash]) -> HashSet<Hash> {
    static KNOWN: Statement = Statement(OF_HASHES);
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
    KNOWN.read(&[salts.to_vec().into(), hashes.into()], found)
}

/// Those of the hashes that the key of an erased person had who was tied to somebody.
pub fn tied(salts: &[Vec<u8>], hashes: &[Hash]) -> HashSet<Hash> {
    static TIED: Statement = Statement(
        "SELECT erased.key_hash FROM referrals.erased AS erased
         JOIN referrals.attribution AS tie ON tie.referee_id = erased.participant_id
         WHERE erased.salt = ANY ($1) AND erased.key_hash = ANY ($2)",
    );
    read(&TIED, salts, hashes)
}

const OF_HASHES: &str = "SELECT key_hash FROM referrals.erased WHERE salt = ANY ($1) AND key_hash = ANY ($2)";

fn read(statement: &'static Statement, salts: &[Vec<u8>], hashes: &[Hash]) -> HashSet<Hash> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
    statement.write(&[salts.to_vec().into(), hashes.into()], found)
}

fn found(rows: SpiTupleTable) -> HashSet<Hash> {
    let hashes: Vec<Vec<u8>> = all(rows, |row| required(row, 1));
    hashes.into_iter().filter_map(|hash| hash.try_into().ok()).collect()
}
