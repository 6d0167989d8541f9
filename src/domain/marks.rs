//! Marks: what a block keeps of each of its rows, to tell which one is not as it was sealed.

use super::merkle::Hash;
use std::collections::HashMap;

/// How much of the hash of a leaf is kept.
const BYTES: usize = 4;

/// The rows of a block, in their order: the id of each, and the first bytes of its leaf's hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(Vec<(i64, [u8; BYTES])>);

/// What became of a row since it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is there, and not as it was.
    Changed,
    /// It is not there.
    Missing,
    /// It was not there then.
    Added,
}

impl Marks {
    /// Takes the next row.
    pub fn push(&mut self, id: i64, leaf: &Hash) {
        let mut mark = [0; BYTES];
        mark.copy_from_slice(&leaf[..BYTES]);
        self.0.push((id, mark));
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// As they are kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * (BYTES + 2));
        let mut before = 0_i64;
        for (id, mark) in &self.0 {
            // Ids mostly go up by one: the step needs one byte then.
            write_number(&mut bytes, zigzag(id.wrapping_sub(before)));
            bytes.extend(mark);
            before = *id;
        }
        bytes
    }

    /// From how they are kept; `None` if they are damaged.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Marks> {
        let mut marks = Vec::new();
        let mut before = 0_i64;
        while !bytes.is_empty() {
            let step = read_number(&mut bytes)?;
            let (mark, rest) = bytes.split_first_chunk::<BYTES>()?;
            before = before.wrapping_add(unzigzag(step));
            marks.push((before, *mark));
            bytes = rest;
        }
        Some(Marks(marks))
    }

    /// In what the rows found now differ from these, by their ids.
    pub fn changes(&self, found: &Marks) -> Vec<(i64, Change)> {
        let mut left: HashMap<i64, [u8; BYTES]> = self.0.iter().copied().collect();
        let mut changes = Vec::new();
        for (id, mark) in &found.0 {
            match left.remove(id) {
                None => changes.push((*id, Change::Added)),
                Some(sealed) if sealed != *mark => changes.push((*id, Change::Changed)),
                Some(_) => (),
            }
        }
        changes.extend(left.into_keys().map(|id| (id, Change::Missing)));
        changes.sort_unstable_by_key(|(id, _)| *id);
        changes
    }
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks(rows: &[(i64, u8)]) -> Marks {
        let mut marks = Marks::default();
        rows.iter().for_each(|(id, hash)| marks.push(*id, &[*hash; 32]));
        marks
    }

    #[test]
    fn changes_are_named() {
        let sealed = marks(&[(3, 1), (5, 2), (4, 3), (9, 4)]);
        assert_eq!(sealed.changes(&sealed), []);
        assert_eq!(sealed.changes(&marks(&[(3, 1), (5, 7), (4, 3), (9, 4)])), [(5, Change::Changed)]);
        assert_eq!(sealed.changes(&marks(&[(3, 1), (4, 3), (9, 4)])), [(5, Change::Missing)]);
        let doubled = marks(&[(3, 1), (5, 2), (5, 2), (4, 3), (9, 4), (10, 1)]);
        assert_eq!(sealed.changes(&doubled), [(5, Change::Added), (10, Change::Added)]);
        let swapped = marks(&[(3, 2), (5, 1), (4, 3), (9, 4)]);
        assert_eq!(sealed.changes(&swapped), [(3, Change::Changed), (5, Change::Changed)]);
    }

    #[test]
    fn ascending_rows_need_five_bytes_each() {
        let rows: Vec<(i64, u8)> = (1..=100).map(|id| (id, id as u8)).collect();
        assert_eq!(marks(&rows).to_bytes().len(), 500);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_read_back(rows in prop::collection::vec((any::<i64>(), any::<u8>()), 0..40)) {
            prop_assert_eq!(Marks::from_bytes(&marks(&rows).to_bytes()), Some(marks(&rows)));
        }

        #[test]
        fn anything_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(marks) = Marks::from_bytes(&bytes) {
                prop_assert_eq!(Marks::from_bytes(&marks.to_bytes()), Some(marks));
            }
        }
    }
}
