//! A sealed block: its rows and what it says of itself, hashed into one root that is chained to the one before.

use super::encoding::{Field, RecordType, encode};
use super::marks::Marks;
use super::merkle::{self, Hash, Tree};
use super::timestamp::Timestamp;

/// A place in the record of an epoch: a transaction, and an audit row in it. Rows are sealed in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The transaction's id.
    pub transaction: u64,
    /// The audit row's.
    pub audit_id: i64,
}

impl Position {
    /// Before every row.
    pub const START: Position = Position { transaction: 0, audit_id: i64::MIN };
    /// After every row: where an epoch ends that nobody writes to any more.
    pub const END: Position = Position { transaction: u64::MAX, audit_id: i64::MAX };
}

/// An epoch: the cluster that wrote a stretch of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// Its number.
    pub number: i32,
    /// The cluster's system identifier.
    pub system_identifier: String,
    /// Its first audit row.
    pub first_audit_id: i64,
}

/// What a block says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its number.
    pub number: i64,
    /// Whose transaction ids these are.
    pub epoch: Epoch,
    /// Its first place.
    pub from: Position,
    /// The first place after it.
    pub until: Position,
    /// How many rows.
    pub rows: i64,
    /// The root of the block before; `None` for the first.
    pub previous_root: Option<Hash>,
    /// When it was sealed.
    pub sealed_at: Timestamp,
}

impl Header {
    fn leaf(&self) -> Hash {
        let transaction = |position: Position| Field::Transaction(position.transaction);
        let audit_id = |position: Position| Field::Integer(position.audit_id);
        merkle::leaf(&encode(
            RecordType::Block,
            &[
                Field::Integer(self.number),
                Field::Integer(self.epoch.number.into()),
                Field::Text(self.epoch.system_identifier.clone()),
                Field::Integer(self.epoch.first_audit_id),
                transaction(self.from),
                audit_id(self.from),
                transaction(self.until),
                audit_id(self.until),
                Field::Integer(self.rows),
                Field::of(self.previous_root, |root| Field::Bytes(root.to_vec())),
                Field::Time(self.sealed_at),
            ],
        ))
    }
}

/// The rows of a block, taken one by one.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    tree: Tree,
    /// What is kept of each.
    pub marks: Marks,
}

impl Contents {
    /// Takes the next row.
    pub fn push(&mut self, audit_id: i64, fields: &[Field]) {
        let leaf = merkle::leaf(&encode(RecordType::Row, fields));
        self.tree.push(leaf);
        self.marks.push(audit_id, &leaf);
    }

    /// How many rows.
    pub fn rows(&self) -> i64 {
        self.marks.len() as i64
    }

    /// The root of the block that has these rows and says this of itself.
    pub fn root(&self, header: &Header) -> Hash {
        let mut tree = self.tree.clone();
        tree.push(header.leaf());
        tree.root()
    }
}

/// A hash as people write it.
pub fn in_hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            number: 7,
            epoch: Epoch { number: 1, system_identifier: "73".into(), first_audit_id: 1 },
            from: Position::START,
            until: Position { transaction: 800, audit_id: 0 },
            rows: 2,
            previous_root: Some([9; 32]),
            sealed_at: Timestamp::from_micros(0),
        }
    }

    fn contents(rows: &[(i64, &str)]) -> Contents {
        let mut contents = Contents::default();
        rows.iter().for_each(|(id, text)| contents.push(*id, &[Field::Integer(*id), Field::Text((*text).into())]));
        contents
    }

    #[test]
    fn whatever_changes_changes_the_root() {
        let rows = [(1, "a"), (2, "b")];
        let root = contents(&rows).root(&header());
        assert_eq!(root, contents(&rows).root(&header()));
        for changed in [&[(1, "a"), (2, "c")][..], &[(1, "a")], &[(1, "a"), (2, "b"), (3, "c")], &[(2, "b"), (1, "a")]]
        {
            assert_ne!(contents(changed).root(&header()), root);
        }
        let at = |transaction, audit_id| Position { transaction, audit_id };
        let epoch = |number, system_identifier: &str, first_audit_id| Epoch {
            number,
            system_identifier: system_identifier.into(),
            first_audit_id,
        };
        for changed in [
            Header { number: 8, ..header() },
            Header { epoch: epoch(2, "73", 1), ..header() },
            Header { epoch: epoch(1, "74", 1), ..header() },
            Header { epoch: epoch(1, "73", 2), ..header() },
            Header { from: at(0, 1), ..header() },
            Header { until: at(801, 0), ..header() },
            Header { until: at(800, 1), ..header() },
            Header { rows: 3, ..header() },
            Header { previous_root: None, ..header() },
            Header { previous_root: Some([8; 32]), ..header() },
            Header { sealed_at: Timestamp::from_micros(1), ..header() },
        ] {
            assert_ne!(contents(&rows).root(&changed), root, "{changed:?}");
        }
    }

    #[test]
    fn the_header_is_the_last_leaf() {
        assert_eq!(contents(&[]).root(&header()), header().leaf());
        assert_eq!(contents(&[(1, "a")]).rows(), 1);
        assert_eq!(in_hex(&[0, 171, 16]), "00ab10");
    }
}
