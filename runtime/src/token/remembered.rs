//! Tokens that were verified: bounded, compared whole, judged anew where time or keys matter.
//!
//! Only what passed every check comes in, so that nobody can fill it who has no valid tokens.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use crate::token::verified::VerifiedToken;

/// What an entry costs beside its token and claims, in bytes: the table's and the values' own size.
const OVERHEAD: u64 = 512;

/// How many bytes a token with its claims has, where nothing is known of them yet.
const USUAL_ENTRY: u64 = 2 * 1024;

/// The most entries that room is made for from the beginning.
const MOST_ENTRIES: usize = 1 << 16;

/// How much of a token's end is hashed: the signature's last bytes, which nobody chooses.
const HASHED: usize = 32;

/// Tokens that were verified, each with what the verification rested on.
pub(super) struct RememberedTokens {
    cache: Option<Cache<Key, Remembered, Weigh>>,
}

/// One verified token.
#[derive(Clone)]
pub(super) struct Remembered {
    pub(super) token: Arc<VerifiedToken>,
    /// Which of the trusted issuers signed it.
    pub(super) issuer: usize,
    /// The generation of that issuer's keys.
    pub(super) generation: u64,
}

impl RememberedTokens {
    /// Room for `capacity` bytes; none remembers nothing.
    pub(super) fn new(capacity: u64) -> Self {
        let entries =
            usize::try_from(capacity / USUAL_ENTRY).map_or(MOST_ENTRIES, |n| n.min(MOST_ENTRIES));
        Self {
            cache: (capacity > 0).then(|| Cache::with_weighter(entries, capacity, Weigh)),
        }
    }

    pub(super) fn get(&self, token: &[u8]) -> Option<Remembered> {
        self.cache.as_ref()?.get(&Presented(token))
    }

    pub(super) fn insert(&self, token: &[u8], remembered: Remembered) {
        if let Some(cache) = &self.cache {
            cache.insert(Key(token.into()), remembered);
        }
    }

    pub(super) fn forget(&self, token: &[u8]) {
        if let Some(cache) = &self.cache {
            cache.remove(&Presented(token));
        }
    }

    /// How many tokens there are, and the bytes that they are counted as.
    pub(super) fn size(&self) -> (usize, u64) {
        self.cache
            .as_ref()
            .map_or((0, 0), |cache| (cache.len(), cache.weight()))
    }
}

/// Counts a token that was looked for.
#[cfg(feature = "metrics")]
pub(super) fn count(is_hit: bool) {
    let outcome = if is_hit { "hit" } else { "miss" };
    metrics::counter!("palisade_remembered_tokens_total", "outcome" => outcome).increment(1);
}

/// A token in the table.
#[derive(PartialEq, Eq)]
struct Key(Box<[u8]>);

/// A token that a request brings.
struct Presented<'a>(&'a [u8]);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Presented(&self.0).hash(state);
    }
}

impl Hash for Presented<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let end = self.0.len().saturating_sub(HASHED);
        self.0.split_at(end).1.hash(state);
    }
}

/// The whole token; an end that is the same only means the same place in the table.
impl Equivalent<Key> for Presented<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.0 == *key.0
    }
}

#[derive(Clone)]
struct Weigh;

impl Weighter<Key, Remembered> for Weigh {
    fn weight(&self, key: &Key, remembered: &Remembered) -> u64 {
        let claims = remembered.token.claims_json().len();
        u64::try_from(key.0.len() + claims).unwrap_or(u64::MAX) + OVERHEAD
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::claims::ScopeSet;

    fn remembered() -> Remembered {
        let token = VerifiedToken::for_testing("https://a.example", "alice", ScopeSet::default());
        Remembered {
            token: Arc::new(token),
            issuer: 0,
            generation: 0,
        }
    }

    #[test]
    fn a_token_weighs_what_it_and_its_claims_take() {
        let weight = |length: usize| Weigh.weight(&Key(vec![b'a'; length].into()), &remembered());
        assert_eq!(weight(0), OVERHEAD + 2, "the claims are `{{}}`");
        assert_eq!(weight(1_000), OVERHEAD + 1_002);
    }

    #[test]
    fn tokens_take_no_more_bytes_than_were_set() {
        let tokens = RememberedTokens::new(64 * 1024);
        for n in 0..5_000 {
            tokens.insert(format!("{n:0>1000}").as_bytes(), remembered());
        }
        let (count, bytes) = tokens.size();
        assert!((20..44).contains(&count), "{count}");
        assert!(bytes <= 64 * 1024, "{bytes}");
    }

    /// Or every token would stand in one place of the table, and be looked for there.
    #[test]
    fn tokens_stand_by_their_ends() {
        let hash = |token: &str| {
            let mut state = std::hash::DefaultHasher::new();
            Presented(token.as_bytes()).hash(&mut state);
            state.finish()
        };
        let end = "e".repeat(HASHED);
        assert_ne!(hash("a.b.c"), hash("a.b.d"));
        assert_eq!(hash(&format!("a.b.{end}")), hash(&format!("c.d.{end}")));
    }
}
