//! Epochs, blocks, and the rows that are sealed.

use super::statement::{Statement, column, required};
use crate::domain::block::{Epoch, Header, Position};
use crate::domain::encoding::{Field, VERSION};
use crate::domain::merkle::Hash;
use crate::domain::timestamp::Timestamp;
use crate::pg::transaction::TransactionId;
use pgrx::spi::SpiHeapTupleData;
use std::ops::RangeInclusive;

/// A block as stored, but for its marks.
#[derive(Debug, Clone)]
pub struct Block {
    /// Its number.
    pub number: i64,
    /// The number of its epoch.
    pub epoch: i32,
    /// The first place after it.
    pub until: Position,
    /// How many rows were sealed in it.
    pub rows: i64,
    /// The root of the block before.
    pub previous_root: Option<Vec<u8>>,
    /// Its own.
    pub root: Vec<u8>,
    /// When it was sealed.
    pub sealed_at: Timestamp,
    /// The version of the encoding that its rows were hashed in.
    pub encoding: i16,
}

/// Keeps other sealing out until the end of the transaction. Nobody who records anything waits for it.
pub fn lock() {
    static LOCK: Statement = Statement("LOCK TABLE referrals.block IN SHARE ROW EXCLUSIVE MODE");
    LOCK.write(&[], |_| ());
}

/// No transaction below this was still under way when the calling query began.
pub fn horizon() -> u64 {
    static HORIZON: Statement = Statement("SELECT pg_snapshot_xmin(pg_current_snapshot())");
    let mut horizon = 0;
    HORIZON.stream(&[], |row| horizon = required::<TransactionId>(row, 1).0);
    horizon
}

/// All epochs, in their order.
pub fn epochs() -> Vec<Epoch> {
    static EPOCHS: Statement =
        Statement("SELECT epoch, system_identifier, first_audit_id FROM referrals.epoch ORDER BY epoch");
    let mut epochs = Vec::new();
    EPOCHS.stream(&[], |row| {
        let (number, first_audit_id) = (required(row, 1), required(row, 3));
        epochs.push(Epoch { number, system_identifier: required(row, 2), first_audit_id });
    });
    epochs
}

/// Hands over all blocks after one, in their order.
pub fn for_each_block(after: i64, mut each: impl FnMut(Block)) {
    static BLOCKS: Statement = Statement(
        "SELECT block_id, epoch, until_transaction, until_audit_id, rows, previous_root, root, sealed_at, encoding
         FROM referrals.block WHERE block_id > $1 ORDER BY block_id",
    );
    BLOCKS.stream(&[after.into()], |row| {
        each(Block {
            number: required(row, 1),
            epoch: required(row, 2),
            until: Position { transaction: required::<TransactionId>(row, 3).0, audit_id: required(row, 4) },
            rows: required(row, 5),
            previous_root: column(row, 6),
            root: required(row, 7),
            sealed_at: required(row, 8),
            encoding: required(row, 9),
        });
    });
}

/// The last id that was given to an audit row; 0 before the first.
pub fn last_audit_id() -> i64 {
    static LAST: Statement =
        Statement("SELECT coalesce(pg_sequence_last_value('referrals.audit_log_audit_id_seq'), 0)");
    let mut last = 0;
    LAST.stream(&[], |row| last = required(row, 1));
    last
}

/// The number of the last block; 0 before the first.
pub fn last_number() -> i64 {
    static LAST: Statement = Statement("SELECT coalesce(max(block_id), 0) FROM referrals.block");
    let mut last = 0;
    LAST.stream(&[], |row| last = required(row, 1));
    last
}

/// The marks of a block.
pub fn marks(block: i64) -> Vec<u8> {
    static MARKS: Statement = Statement("SELECT marks FROM referrals.block WHERE block_id = $1");
    let mut marks = Vec::new();
    MARKS.stream(&[block.into()], |row| marks = required(row, 1));
    marks
}

/// Adds a block; false if there is one of its number. Raises 40001 where a transaction with a fixed snapshot does not see
/// that somebody else has sealed.
#[must_use]
pub fn add(header: &Header, root: &Hash, marks: Vec<u8>) -> bool {
    static ADD: Statement = Statement(
        "INSERT INTO referrals.block
           (block_id, epoch, until_transaction, until_audit_id, rows, previous_root, root, marks, sealed_at, encoding)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    );
    let arguments = [
        header.number.into(),
        header.epoch.number.into(),
        TransactionId(header.until.transaction).into(),
        header.until.audit_id.into(),
        header.rows.into(),
        header.previous_root.map(Vec::from).into(),
        root.to_vec().into(),
        marks.into(),
        header.sealed_at.into(),
        i16::from(VERSION).into(),
    ];
    ADD.write(&arguments, |rows| rows.len() == 1)
}

/// Hands over what is sealed between two places, of audit rows in a range of ids, in its order: the place of each row, and
/// what is hashed of it.
pub fn for_each_row(
    ids: RangeInclusive<i64>,
    from: Position,
    until: Position,
    mut each: impl FnMut(Position, &[Field]),
) {
    static ROWS: Statement = Statement(include_str!("sql/sealed_rows.sql"));
    let arguments = [
        (*ids.start()).into(),
        (*ids.end()).into(),
        TransactionId(from.transaction).into(),
        from.audit_id.into(),
        TransactionId(until.transaction).into(),
        until.audit_id.into(),
    ];
    let mut fields = Vec::with_capacity(COLUMNS.len());
    ROWS.stream(&arguments, |row| {
        fields.clear();
        fields.extend(COLUMNS.bytes().enumerate().map(|(index, letter)| field(row, index + 1, letter)));
        let transaction = required::<TransactionId>(row, 2).0;
        each(Position { transaction, audit_id: required(row, 1) }, &fields);
    });
}

/// So many rows of the record, from a place on, and the oldest of them; of more than the most, these.
pub fn unsealed(ids: RangeInclusive<i64>, from: Position, most: i64) -> (i64, Option<Timestamp>) {
    static UNSEALED: Statement = Statement(
        "SELECT count(*), min(recorded_at) FROM (
           SELECT audit.recorded_at FROM referrals.audit_log AS audit
           WHERE audit.mode IS DISTINCT FROM 'mock' AND audit.audit_id >= $1 AND audit.audit_id <= $2
             AND audit.transaction_id >= $3 AND (audit.transaction_id, audit.audit_id) >= ($3, $4)
           ORDER BY audit.transaction_id LIMIT $5
         ) AS tail",
    );
    let from = [TransactionId(from.transaction).into(), from.audit_id.into()];
    let mut tail = (0, None);
    let [transaction, audit_id] = from;
    UNSEALED.stream(&[(*ids.start()).into(), (*ids.end()).into(), transaction, audit_id, most.into()], |row| {
        tail = (required(row, 1), column(row, 2));
    });
    tail
}

/// Who holds the oldest transaction that is still open, and since when, in words; `None` if nobody but this session.
pub fn oldest_open() -> Option<String> {
    static OLDEST: Statement = Statement(include_str!("sql/oldest_open.sql"));
    let mut oldest = None;
    OLDEST.stream(&[], |row| oldest = column(row, 1));
    oldest
}

/// The types of the columns of sealed_rows.sql, by the letters of `field`: those of the audit row, the line, the edge and
/// the plan version.
const COLUMNS: &str = concat!("ixdttttisj", "itttssiittnttnnntdddtt", "itnb", "sdj");

fn field(row: &SpiHeapTupleData, ordinal: usize, letter: u8) -> Field {
    match letter {
        b'i' => Field::of(column(row, ordinal), Field::Integer),
        b's' => Field::of(column::<i32>(row, ordinal), |number| Field::Integer(number.into())),
        b'x' => Field::of(column(row, ordinal), |TransactionId(id)| Field::Transaction(id)),
        b'd' => Field::of(column(row, ordinal), Field::Time),
        b'n' => Field::of(column(row, ordinal), Field::Number),
        b'j' => Field::of(column(row, ordinal), Field::Json),
        b'b' => Field::of(column(row, ordinal), Field::Truth),
        _ => Field::of(column(row, ordinal), Field::Text),
    }
}
