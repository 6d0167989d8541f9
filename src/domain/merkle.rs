//! Merkle tree hashes of RFC 6962 (section 2.1), taken leaf by leaf, so that a tree of any size needs little memory.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The hash of a leaf.
pub fn leaf(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(data).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that grows to the right.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The full subtrees that the leaves so far make up, each with its height, the highest first.
    subtrees: Vec<(u32, Hash)>,
}

impl Tree {
    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let (mut height, mut hash) = (0, leaf);
        while let Some((_, left)) = self.subtrees.pop_if(|(of, _)| *of == height) {
            (height, hash) = (height + 1, node(&left, &hash));
        }
        self.subtrees.push((height, hash));
    }

    /// The root of all leaves; of none, the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = subtrees.next() else { return Sha256::digest([]).into() };
        subtrees.fold(last, |right, left| node(&left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(hash: Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn root(leaves: &[Vec<u8>]) -> Hash {
        let mut tree = Tree::default();
        leaves.iter().for_each(|data| tree.push(leaf(data)));
        tree.root()
    }

    /// The definition of RFC 6962, word by word.
    fn defined(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => leaf(one),
            many => {
                let left = (many.len() - 1).ilog2();
                let (left, right) = many.split_at(1 << left);
                node(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn the_reference_roots_of_certificate_transparency() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let leaves = leaves.map(<[u8]>::to_vec);
        for (count, expected) in [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ] {
            assert_eq!(hex(root(&leaves[..count])), expected, "{count} leaves");
        }
    }

    proptest! {
        #[test]
        fn as_defined(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..70)) {
            prop_assert_eq!(root(&leaves), defined(&leaves));
        }
    }
}
