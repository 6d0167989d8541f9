//! The chain of blocks: each has the rows that were sealed in it, and follows the one before.

use super::Report;
use crate::domain::block::{Contents, Epoch, Header, Position, in_hex};
use crate::domain::encoding::VERSION;
use crate::domain::marks::{Change, Marks};
use crate::domain::merkle::Hash;
use crate::engine::receiving;
use crate::engine::seal::ids;
use crate::store::seal::{self, Block};

/// Checks all blocks, and that one of them has the root that was kept outside.
pub fn check(digest: Option<&str>, report: &mut Report) {
    let digest = digest.map(|digest| digest.trim().to_lowercase());
    let mut is_known = digest.is_none();
    let mut chain = Chain { epochs: seal::epochs(), end: None };
    chain.check_epochs(report);
    seal::for_each_block(i64::MIN, |block| {
        is_known |= digest.as_ref().is_some_and(|digest| *digest == in_hex(&block.root));
        chain.check(block, report);
    });
    if let Some(digest) = digest.filter(|_| !is_known) {
        report.add(
            "digest_unknown",
            format!("no block has the root {digest}: blocks were rewritten or removed, or it is of another database"),
        );
    }
}

struct Chain {
    epochs: Vec<Epoch>,
    /// The last block that was checked.
    end: Option<Block>,
}

impl Chain {
    /// Epochs count up from 1, and the rows of each follow those of the one before. An epoch may have none.
    fn check_epochs(&self, report: &mut Report) {
        // Where the record is received the sequence is not: ids are given out at its source.
        let last_id = (!receiving::is_received()).then(seal::last_audit_id);
        let is_beyond = |id: i64| last_id.is_some_and(|last| id > last + 1);
        for (index, epoch) in self.epochs.iter().enumerate() {
            let before = index.checked_sub(1).map_or(0, |before| self.epochs[before].first_audit_id);
            let is_next = epoch.number as usize == index + 1;
            if !is_next || epoch.first_audit_id < before || is_beyond(epoch.first_audit_id) {
                report.add(
                    "epoch_broken",
                    format!("epoch {} does not follow from the rows recorded before it", epoch.number),
                );
            }
        }
    }

    fn check(&mut self, block: Block, report: &mut Report) {
        let number = block.number;
        let before = self.end.take();
        let expected = before.as_ref().map_or(1, |before| before.number + 1);
        if number != expected {
            report.add("block_missing", format!("block {number} follows, where block {expected} should be"));
        }
        let previous_root = before.as_ref().map(|before| before.root.as_slice());
        if block.previous_root.as_deref() != previous_root {
            report.add(
                "block_changed",
                format!("block {number} was sealed on another block {} than the one that is there", expected - 1),
            );
        }
        match self.epochs.iter().position(|epoch| epoch.number == block.epoch) {
            None => {
                report.add("block_changed", format!("block {number} is of epoch {}, which is not there", block.epoch))
            }
            Some(index) => {
                let from = match &before {
                    Some(before) if before.epoch == block.epoch => before.until,
                    _ => Position::START,
                };
                self.check_ends(index, before.as_ref(), report);
                self.check_rows(&block, index, from, report);
            }
        }
        self.end = Some(block);
    }

    /// Rows of epochs that are over, behind their last block.
    fn check_ends(&self, index: usize, before: Option<&Block>, report: &mut Report) {
        let first = before.map_or(0, |before| before.epoch);
        for (index, epoch) in self.epochs.iter().enumerate().take(index).filter(|(_, epoch)| epoch.number >= first) {
            let sealed = before.filter(|before| before.epoch == epoch.number);
            let from = sealed.map_or(Position::START, |before| before.until);
            seal::for_each_row(ids(epoch, self.epochs.get(index + 1)), from, Position::END, |position, _| {
                report.add(
                    "row_added",
                    format!("audit row {} was put into epoch {} after it had ended", position.audit_id, epoch.number),
                );
            });
        }
    }

    fn check_rows(&self, block: &Block, index: usize, from: Position, report: &mut Report) {
        if block.encoding != i16::from(VERSION) {
            let (number, encoding) = (block.number, block.encoding);
            return report.add(
                "block_changed",
                format!("block {number} is in encoding {encoding}, which this library does not know"),
            );
        }
        let mut contents = Contents::default();
        let ids = ids(&self.epochs[index], self.epochs.get(index + 1));
        seal::for_each_row(ids, from, block.until, |position, fields| {
            contents.push(position.audit_id, fields);
            report.progress("blocks");
        });
        let header = Header {
            number: block.number,
            epoch: self.epochs[index].clone(),
            from,
            until: block.until,
            rows: block.rows,
            previous_root: block.previous_root.as_deref().and_then(|root| Hash::try_from(root).ok()),
            sealed_at: block.sealed_at,
        };
        let marks = Marks::from_bytes(&seal::marks(block.number));
        if contents.root(&header).as_slice() == block.root {
            if marks.as_ref() != Some(&contents.marks) {
                report.add("block_changed", format!("the marks of block {} are not those of its rows", block.number));
            }
            return;
        }
        let changes = marks.map_or_else(Vec::new, |marks| marks.changes(&contents.marks));
        for (id, change) in &changes {
            let (problem, what) = match change {
                Change::Changed => ("row_changed", "is not as it was sealed, or what it records is not"),
                Change::Missing => ("row_missing", "was sealed and is not there"),
                Change::Added => ("row_added", "was not there when its block was sealed"),
            };
            report.add(problem, format!("audit row {id} {what} (block {})", block.number));
        }
        if changes.is_empty() {
            report.add("block_changed", format!("block {} is not as it was sealed", block.number));
        }
    }
}
