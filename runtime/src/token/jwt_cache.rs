//! The cache of verified JWTs.
//!
//! Only tokens that passed every check are inserted, so a client cannot fill the cache without
//! valid tokens. The validator checks time and key generation again on every hit: an entry of earlier
//! keys is never used, even if it is inserted after the keys have changed.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::Equivalent;

use crate::token::cache::{TokenCache, allocation_size};
use crate::token::verified::VerifiedToken;

/// The expected size of a token with its claims, in bytes.
const TYPICAL_ENTRY: u64 = 2 * 1024;

/// The number of bytes that are hashed at the end of a token: a part of the signature, which clients
/// cannot choose.
const HASHED_LEN: usize = 32;

/// Verified JWTs, keyed by their complete text.
pub(super) struct JwtCache {
    tokens: TokenCache<Key, CachedJwt>,
}

/// A verified JWT and the keys that verified it.
#[derive(Clone)]
pub(super) struct CachedJwt {
    pub(super) token: Arc<VerifiedToken>,
    /// The index of the issuer that signed it.
    pub(super) issuer: usize,
    /// The generation of that issuer's keys.
    pub(super) generation: u64,
}

impl JwtCache {
    /// Creates a cache of `capacity` bytes; 0 disables it.
    pub(super) fn new(capacity: u64) -> Self {
        Self {
            tokens: TokenCache::new(capacity, TYPICAL_ENTRY, heap_size),
        }
    }

    pub(super) fn get(&self, token: &[u8]) -> Option<CachedJwt> {
        self.tokens.get(&BorrowedKey(token))
    }

    pub(super) fn insert(&self, token: &[u8], cached: CachedJwt) {
        self.tokens.insert(Key(token.into()), cached);
    }

    pub(super) fn remove(&self, token: &[u8]) {
        self.tokens.remove(&BorrowedKey(token));
    }

    /// Returns the number of tokens and their total size in bytes.
    pub(super) fn size(&self) -> (usize, u64) {
        self.tokens.size()
    }
}

fn heap_size(key: &Key, cached: &CachedJwt) -> usize {
    allocation_size(key.0.len()) + cached.token.shared_size()
}

#[derive(PartialEq, Eq)]
struct Key(Box<[u8]>);

struct BorrowedKey<'a>(&'a [u8]);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        BorrowedKey(&self.0).hash(state);
    }
}

impl Hash for BorrowedKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let end = self.0.len().saturating_sub(HASHED_LEN);
        self.0.split_at(end).1.hash(state);
    }
}

/// Compares complete tokens, although only their ends are hashed.
impl Equivalent<Key> for BorrowedKey<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.0 == *key.0
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::claims::ScopeSet;

    fn cached() -> CachedJwt {
        let token = VerifiedToken::for_testing("https://a.example", "alice", ScopeSet::default());
        CachedJwt {
            token: Arc::new(token),
            issuer: 0,
            generation: 0,
        }
    }

    #[test]
    fn size_is_that_of_the_text_and_the_verified_token() {
        let size = |length: usize| heap_size(&Key(vec![b'a'; length].into()), &cached());
        assert_eq!(size(0), cached().token.shared_size());
        assert_eq!(size(1_000), size(0) + allocation_size(1_000));
    }

    #[test]
    fn tokens_never_exceed_the_capacity() {
        let cache = JwtCache::new(64 * 1024);
        for n in 0..5_000 {
            cache.insert(format!("{n:0>1000}").as_bytes(), cached());
        }
        let (count, bytes) = cache.size();
        assert!((20..64).contains(&count), "{count}");
        assert!(bytes <= 64 * 1024, "{bytes}");
    }

    /// Hashing the beginning, which is the same for every token, would put all tokens in one bucket.
    #[test]
    fn hash_depends_on_the_end_of_a_token_only() {
        let hash = |token: &str| {
            let mut state = std::hash::DefaultHasher::new();
            BorrowedKey(token.as_bytes()).hash(&mut state);
            state.finish()
        };
        let end = "e".repeat(HASHED_LEN);
        assert_ne!(hash("a.b.c"), hash("a.b.d"));
        assert_eq!(hash(&format!("a.b.{end}")), hash(&format!("c.d.{end}")));
    }
}
