//! Sealing: hashes what was recorded since the last block into new ones, while others go on recording.

use super::error::Error;
use crate::domain::block::{Contents, Epoch, Header, Position, in_hex};
use crate::domain::encoding::VERSION;
use crate::domain::merkle::Hash;
use crate::domain::timestamp::Timestamp;
use crate::pg::timestamp::now;
use crate::pg::{identity, snapshot};
use crate::store::seal;
use std::ops::RangeInclusive;

/// The most rows of a block: what is kept in memory of them while it is sealed or verified.
const MOST_ROWS: i64 = 100_000;

/// A block that was sealed.
pub struct Sealed {
    /// Its number.
    pub block: i64,
    /// Its root, in hexadecimal.
    pub root: String,
    /// How many rows.
    pub rows: i64,
}

/// Where the chain ends.
struct End {
    block: i64,
    epoch: i32,
    until: Position,
    root: Option<Hash>,
}

impl End {
    /// Where what is not sealed yet of an epoch begins.
    fn in_epoch(&self, epoch: &Epoch) -> Position {
        if epoch.number == self.epoch { self.until } else { Position::START }
    }
}

/// Seals what is complete: all rows of transactions before the oldest that is still under way.
pub fn seal() -> Result<Vec<Sealed>, Error> {
    seal::lock();
    // One snapshot for all of it, taken under the lock: whoever sealed before is seen, and below its horizon nobody who
    // would still be missing can commit.
    snapshot::latest(|| {
        let horizon = Position { transaction: seal::horizon(), audit_id: 0 };
        let epochs = seal::epochs();
        let mut sealer = Sealer { end: end_of_chain()?, sealed: Vec::new() };
        for (index, epoch) in epochs.iter().enumerate() {
            if epoch.number < sealer.end.epoch {
                continue;
            }
            let next = epochs.get(index + 1);
            let is_current = next.is_none() && epoch.system_identifier == identity::system_identifier();
            let until = if is_current { horizon } else { Position::END };
            sealer.seal(epoch, ids(epoch, next), until)?;
        }
        Ok(sealer.sealed)
    })
}

/// The audit rows of an epoch.
pub fn ids(epoch: &Epoch, next: Option<&Epoch>) -> RangeInclusive<i64> {
    // Whatever is below the first was not written by the extension, and is taken along so that it shows.
    let start = if epoch.number == 1 { i64::MIN } else { epoch.first_audit_id };
    start..=next.map_or(i64::MAX, |next| next.first_audit_id.saturating_sub(1))
}

/// How much of the record is not sealed.
pub struct Tail {
    /// Whether anything ever was.
    pub is_in_use: bool,
    /// How many rows; of more than [`Tail::MOST`], one more than that.
    pub rows: i64,
    /// When the oldest of them was recorded.
    pub oldest: Option<Timestamp>,
}

impl Tail {
    /// So many rows are counted.
    pub const MOST: i64 = 100_000;
}

/// What was recorded and is not sealed.
pub fn tail() -> Result<Tail, Error> {
    let (epochs, end) = (seal::epochs(), end_of_chain()?);
    let mut tail = Tail { is_in_use: end.block > 0, rows: 0, oldest: None };
    for (index, epoch) in epochs.iter().enumerate().filter(|(_, epoch)| epoch.number >= end.epoch) {
        let (rows, oldest) =
            seal::unsealed(ids(epoch, epochs.get(index + 1)), end.in_epoch(epoch), Tail::MOST + 1 - tail.rows);
        tail.rows += rows;
        tail.oldest = [tail.oldest, oldest].into_iter().flatten().min();
    }
    Ok(tail)
}

fn end_of_chain() -> Result<End, Error> {
    let mut end = End { block: 0, epoch: 0, until: Position::START, root: None };
    let mut is_whole = true;
    seal::for_each_block(seal::last_number() - 1, |block| {
        let root = Hash::try_from(block.root).ok();
        is_whole = root.is_some() && block.encoding == i16::from(VERSION);
        end = End { block: block.number, epoch: block.epoch, until: block.until, root };
    });
    if is_whole { Ok(end) } else { Err(Error::BrokenChain { block: end.block }) }
}

/// Makes one block after the other.
struct Sealer {
    end: End,
    sealed: Vec<Sealed>,
}

impl Sealer {
    /// Seals the rows of an epoch that are not sealed yet, up to a place.
    fn seal(&mut self, epoch: &Epoch, ids: RangeInclusive<i64>, until: Position) -> Result<(), Error> {
        let from = self.end.in_epoch(epoch);
        if from >= until {
            return Ok(());
        }
        let mut contents = Contents::default();
        let mut begins = from;
        let mut result = Ok(());
        seal::for_each_row(ids, from, until, |position, fields| {
            if contents.rows() == MOST_ROWS && result.is_ok() {
                result = self.close(epoch, &std::mem::take(&mut contents), begins, position);
                begins = position;
            }
            contents.push(position.audit_id, fields);
        });
        result?;
        if contents.rows() > 0 { self.close(epoch, &contents, begins, until) } else { Ok(()) }
    }

    /// Stores a block with these rows, so that no more than one is kept in memory.
    fn close(&mut self, epoch: &Epoch, contents: &Contents, from: Position, until: Position) -> Result<(), Error> {
        let header = Header {
            number: self.end.block + 1,
            epoch: epoch.clone(),
            from,
            until,
            rows: contents.rows(),
            previous_root: self.end.root,
            sealed_at: now(),
        };
        let root = contents.root(&header);
        if !seal::add(&header, &root, contents.marks.to_bytes()) {
            return Err(Error::SealedMeanwhile);
        }
        let sealed = Sealed { block: header.number, root: in_hex(&root), rows: header.rows };
        // Logged as well: whoever changes the database later does not reach a log that is kept elsewhere.
        pgrx::log!("referrals: sealed block {}, {} rows, root {}", sealed.block, sealed.rows, sealed.root);
        self.sealed.push(sealed);
        self.end = End { block: header.number, epoch: epoch.number, until, root: Some(root) };
        Ok(())
    }
}
