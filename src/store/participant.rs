//! Participants: keys, codes and the program that each belongs to.

use super::statement::{Statement, all, column, first, required};
use crate::domain::timestamp::Timestamp;
use crate::pg::sequence;
use crate::pg::unique_index::{Row, Seen, UniqueIndex};
use pgrx::spi::{SpiHeapTupleData, SpiTupleTable};
use std::collections::{HashMap, HashSet};

/// A participant to be.
pub struct New<'a> {
    /// The application's key.
    pub user_key: &'a str,
    /// The code to issue.
    pub code: &'a str,
    /// Whether somebody else may be taking this code at the same time: it was asked for, or made from a name.
    pub is_contested: bool,
    /// Whether a call made the participant, and no row of a table.
    pub is_by_hand: bool,
    /// When the person signed up.
    pub registered_at: Timestamp,
}

/// A participant as stored.
#[derive(Debug, Clone)]
pub struct Participant {
    /// Internal number.
    pub id: i64,
    /// The person's code.
    pub code: String,
    /// The program as referrer.
    pub program_id: i32,
    /// Whether the person has been erased.
    pub erased: bool,
}

/// The columns of referrals.participant, in their order.
const ID: usize = 1;
const USER_KEY: usize = 2;
const CODE: usize = 3;
const PROGRAM_ID: usize = 4;

static BY_ID: UniqueIndex = UniqueIndex { table: c"participant", index: c"participant_pkey" };
static BY_KEY: UniqueIndex = UniqueIndex { table: c"participant", index: c"participant_user_key_key" };
static BY_CODE: UniqueIndex = UniqueIndex { table: c"participant", index: c"participant_code_key" };

fn found(row: &Row) -> Participant {
    Participant {
        id: row.required(ID),
        code: row.required(CODE),
        program_id: row.required(PROGRAM_ID),
        erased: row.column::<String>(USER_KEY).is_none(),
    }
}

fn participant(row: &SpiHeapTupleData) -> Participant {
    Participant { id: required(row, 1), code: required(row, 2), program_id: required(row, 3), erased: required(row, 4) }
}

/// Inserts participants whose key and code are both free, their ids in their order; one at a time who come by hand. Gives the id of each, or `None` where
/// the key or the code is somebody else's.
pub fn insert(program_id: i32, people: &[New]) -> Vec<Option<i64>> {
    static ONE: Statement = Statement(
        "INSERT INTO referrals.participant (user_key, code, program_id, registered_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING participant_id",
    );
    static BY_HAND: Statement = Statement(
        "INSERT INTO referrals.participant (user_key, code, program_id, registered_at, is_by_hand)
         VALUES ($1, $2, $3, $4, true) ON CONFLICT DO NOTHING RETURNING participant_id",
    );
    static MANY: Statement = Statement(include_str!("sql/insert_participants.sql"));
    if let [one] = people {
        let arguments = [one.user_key.into(), one.code.into(), program_id.into(), one.registered_at.into()];
        let insert = if one.is_by_hand { &BY_HAND } else { &ONE };
        return vec![insert.write(&arguments, |rows| first(rows, |row| required(row, 1)))];
    }
    if people.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<(i64, &New)> =
        people.iter().map(|person| (sequence::next(c"participant_participant_id_seq"), person)).collect();
    let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
    // In the order of the contested codes, of one code the first row first; the others in the order of their keys. So two
    // statements that come to the same codes, or to the same keys, do not wait for each other crosswise.
    rows.sort_by_key(|(_, person)| if person.is_contested { (person.code, "") } else { ("", person.user_key) });
    let inserted: HashSet<i64> = MANY.write(
        &[
            rows.iter().map(|(id, _)| *id).collect::<Vec<_>>().into(),
            rows.iter().map(|(_, person)| person.user_key).collect::<Vec<_>>().into(),
            rows.iter().map(|(_, person)| person.code).collect::<Vec<_>>().into(),
            program_id.into(),
            rows.iter().map(|(_, person)| person.registered_at).collect::<Vec<Timestamp>>().into(),
        ],
        |rows| all(rows, |row| required(row, 1)).into_iter().collect(),
    );
    ids.into_iter().map(|id| inserted.contains(&id).then_some(id)).collect()
}

/// The participant with a user_key.
pub fn by_key(user_key: &str) -> Option<Participant> {
    BY_KEY.find(&[user_key.into()], Seen::ByQuery, found)
}

/// The participants with these user_keys, seeing what other transactions committed meanwhile.
pub fn by_keys(user_keys: Vec<&str>) -> HashMap<String, Participant> {
    static BY_KEYS: Statement = Statement(
        "SELECT participant_id, code, program_id, user_key IS NULL, user_key
         FROM referrals.participant WHERE user_key = ANY ($1)",
    );
    BY_KEYS
        .write(&[user_keys.into()], |rows| all(rows, |row| (required(row, 5), participant(row))).into_iter().collect())
}

/// The participants with these normalised codes, seeing what other transactions committed meanwhile.
pub fn by_codes(codes: Vec<&str>) -> HashMap<String, Participant> {
    static MANY: Statement = Statement(
        "SELECT participant_id, code, program_id, user_key IS NULL FROM referrals.participant WHERE code = ANY ($1)",
    );
    match codes.as_slice() {
        [] => HashMap::new(),
        [one] => BY_CODE
            .find(&[(*one).into()], Seen::Now, found)
            .into_iter()
            .map(|found| (found.code.clone(), found))
            .collect(),
        _ => MANY.write(&[codes.into()], |rows: SpiTupleTable| {
            all(rows, participant).into_iter().map(|found| (found.code.clone(), found)).collect()
        }),
    }
}

/// The programs that participants are in now, seeing what other transactions committed meanwhile.
pub fn programs(participant_ids: &[i64]) -> HashMap<i64, i32> {
    static MANY: Statement =
        Statement("SELECT participant_id, program_id FROM referrals.participant WHERE participant_id = ANY ($1)");
    match participant_ids {
        [] => HashMap::new(),
        [one] => {
            let program_id = BY_ID.find(&[(*one).into()], Seen::Now, |row| row.required(PROGRAM_ID));
            program_id.into_iter().map(|program_id| (*one, program_id)).collect()
        }
        many => MANY.write(&[many.to_vec().into()], |rows| {
            all(rows, |row| (required(row, 1), required(row, 2))).into_iter().collect()
        }),
    }
}

/// The user_keys of participants; `None` for those erased.
pub fn keys(participant_ids: &[i64]) -> HashMap<i64, Option<String>> {
    static KEYS: Statement =
        Statement("SELECT participant_id, user_key FROM referrals.participant WHERE participant_id = ANY ($1)");
    KEYS.read(&[participant_ids.to_vec().into()], |rows| {
        all(rows, |row| (required(row, 1), column(row, 2))).into_iter().collect()
    })
}

/// The user_key behind a normalised code; `None` for an unknown code and for an erased person.
pub fn key_by_code(code: &str) -> Option<String> {
    BY_CODE.find(&[code.into()], Seen::ByQuery, |row| row.column(USER_KEY)).flatten()
}

/// The code of a user.
pub fn code_by_key(user_key: &str) -> Option<String> {
    BY_KEY.find(&[user_key.into()], Seen::ByQuery, |row| row.required(CODE))
}

/// Whether a code has ever been issued.
pub fn is_taken(code: &str) -> bool {
    BY_CODE.find(&[code.into()], Seen::ByQuery, |_| ()).is_some()
}

/// Locks a participant who exists until the end of the transaction. Ties and lines about them go on meanwhile.
pub fn lock(user_key: &str) -> Option<i64> {
    static LOCK: Statement =
        Statement("SELECT participant_id FROM referrals.participant WHERE user_key = $1 FOR NO KEY UPDATE");
    LOCK.write(&[user_key.into()], |rows| first(rows, |row| required(row, 1)))
}

/// Locks a participant who exists until the end of the transaction, against ties and lines about them as well.
pub fn lock_wholly(user_key: &str) -> Option<i64> {
    static LOCK: Statement =
        Statement("SELECT participant_id FROM referrals.participant WHERE user_key = $1 FOR UPDATE");
    LOCK.write(&[user_key.into()], |rows| first(rows, |row| required(row, 1)))
}

/// Forgets the key of a participant.
pub fn forget_key(participant_id: i64) {
    static FORGET: Statement = Statement("UPDATE referrals.participant SET user_key = NULL WHERE participant_id = $1");
    FORGET.write(&[participant_id.into()], |_| ());
}

/// Moves a participant to another program, as referrer. Gives the program before.
pub fn move_to_program(user_key: &str, program_id: i32) -> Option<(i64, i32)> {
    static LOCK: Statement =
        Statement("SELECT participant_id, program_id FROM referrals.participant WHERE user_key = $1 FOR NO KEY UPDATE");
    static MOVE: Statement = Statement("UPDATE referrals.participant SET program_id = $2 WHERE participant_id = $1");
    let before: Option<(i64, i32)> =
        LOCK.write(&[user_key.into()], |rows| first(rows, |row| (required(row, 1), required(row, 2))));
    if let Some((id, _)) = before.filter(|(_, program_before)| *program_before != program_id) {
        MOVE.write(&[id.into(), program_id.into()], |_| ());
    }
    before
}
