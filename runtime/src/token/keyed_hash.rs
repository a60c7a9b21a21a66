//! The hash function of the token caches.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Creates hashers with random keys.
///
/// It is cheaper than the hash function of the standard library, and weaker: an attacker who chooses many keys of a
/// table can make them collide. The keys of the caches are the ends of signatures and SHA-256 digests of active tokens,
/// which an issuer chooses.
#[derive(Clone)]
pub(super) struct KeyedHash {
    seed: u64,
    key: u64,
}

/// Multiplies blocks, and folds each product.
pub(super) struct FoldingHasher {
    state: u64,
    key: u64,
}

impl Default for KeyedHash {
    fn default() -> Self {
        let random = RandomState::new();
        Self {
            seed: random.hash_one(0),
            key: random.hash_one(1),
        }
    }
}

impl BuildHasher for KeyedHash {
    type Hasher = FoldingHasher;

    fn build_hasher(&self) -> FoldingHasher {
        FoldingHasher {
            state: self.seed,
            key: self.key,
        }
    }
}

impl Hasher for FoldingHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (blocks, rest) = bytes.as_chunks();
        for block in blocks {
            self.mix(*block);
        }
        if !rest.is_empty() {
            let mut last = [0; 16];
            for (padded, byte) in last.iter_mut().zip(rest) {
                *padded = *byte;
            }
            self.mix(last);
        }
    }

    /// Adds the length of a slice, which its padding hides.
    fn write_usize(&mut self, length: usize) {
        self.state = folded(self.state ^ length as u64, self.key);
    }

    fn finish(&self) -> u64 {
        folded(self.state, self.key)
    }
}

impl FoldingHasher {
    fn mix(&mut self, block: [u8; 16]) {
        let [low, high] = halves(u128::from_le_bytes(block));
        self.state = folded(self.state ^ low, self.key ^ high);
    }
}

/// Multiplies two numbers, and combines the halves of the product.
fn folded(a: u64, b: u64) -> u64 {
    let [low, high] = halves(u128::from(a) * u128::from(b));
    low ^ high
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the other half is returned too"
)]
fn halves(number: u128) -> [u64; 2] {
    [number as u64, (number >> 64) as u64]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn hash_depends_on_every_byte_and_on_the_length() {
        let keyed = KeyedHash::default();
        let mut hashes = HashSet::new();
        let mut inputs = 0;
        for length in 0..70 {
            let zeros = vec![0_u8; length];
            hashes.insert(keyed.hash_one(&*zeros));
            inputs += 1;
            for at in 0..length {
                for bit in 0..8 {
                    let mut changed = zeros.clone();
                    changed[at] = 1 << bit;
                    hashes.insert(keyed.hash_one(&*changed));
                    inputs += 1;
                }
            }
        }
        assert_eq!(hashes.len(), inputs);
    }

    #[test]
    fn keys_are_random() {
        let hash = || KeyedHash::default().hash_one(&b"a signature"[..]);
        assert_ne!(hash(), hash());
    }

    #[test]
    fn each_range_of_bits_is_spread() {
        let keyed = KeyedHash::default();
        let hashes: Vec<u64> = (0_u32..4_096)
            .map(|n| keyed.hash_one(&*format!("{n:032}").into_bytes()))
            .collect();
        // 4,096 values in 256 buckets: 16 in each, and never 64 of a good hash
        for shift in [0, 8, 28, 48, 56] {
            let mut buckets = [0; 256];
            for hash in &hashes {
                buckets[usize::try_from((hash >> shift) & 0xff).unwrap()] += 1;
            }
            assert!(
                buckets.iter().all(|count| (1..64).contains(count)),
                "{shift}: {buckets:?}"
            );
        }
    }
}
