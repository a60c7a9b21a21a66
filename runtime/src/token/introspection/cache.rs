//! The cache of introspection results. It stores digests instead of tokens, and no failed requests.
//!
//! A result is stored only by the request that led to it, in the order of `order.rs`.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::Cache;

use crate::claims::NumericDate;
use crate::token::cache::TokenCache;
use crate::token::error::TokenError;
use crate::token::introspection::order::{NumberedRequest, RequestOrder};
use crate::token::verified::VerifiedToken;

/// The expected size of an active token's claims, in bytes.
const TYPICAL_ENTRY: u64 = 1024;

/// The maximum number of rejected tokens in the cache.
const MAX_REJECTED: usize = 8 * 1024;

/// The SHA-256 digest of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    pub(super) fn of(token: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, token).as_ref());
        Self(bytes)
    }
}

/// How long results are cached, and how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CacheSettings {
    /// The TTL of an active token; its `exp` may end it earlier.
    pub(crate) active_ttl: Duration,
    /// The TTL of a rejected token.
    pub(crate) rejected_ttl: Duration,
    /// The maximum size of all active tokens, in bytes.
    pub(crate) capacity: u64,
}

/// Introspection results, keyed by the token's digest.
///
/// Rejected tokens are in a separate table, so that they cannot evict active ones.
pub(super) struct IntrospectionCache {
    active: TokenCache<Digest, Entry<Arc<VerifiedToken>>>,
    rejected: Cache<Digest, Entry<TokenError>>,
    order: RequestOrder<Digest, CachedResult>,
    settings: CacheSettings,
}

/// The result of a request with a response.
pub(super) type CachedResult = Result<Arc<VerifiedToken>, TokenError>;

/// A request whose result will be cached.
pub(super) type CachedRequest<'a> = NumberedRequest<'a, Digest, CachedResult>;

#[derive(Clone)]
struct Entry<T> {
    value: T,
    requested_at: NumericDate,
    expires_at: NumericDate,
}

impl<T> Entry<T> {
    /// Returns whether the entry is fresh; it is not if the clock was set back before the request.
    fn is_fresh(&self, now: NumericDate) -> bool {
        self.requested_at <= now && now < self.expires_at
    }
}

impl IntrospectionCache {
    pub(super) fn new(settings: CacheSettings) -> Self {
        Self {
            active: TokenCache::new(settings.capacity, TYPICAL_ENTRY, |_, entry| {
                entry.value.shared_size()
            }),
            rejected: Cache::new(MAX_REJECTED),
            order: RequestOrder::new(),
            settings,
        }
    }

    /// Starts a request with `token`, which must be sent next.
    pub(super) fn start_request(&self, token: Digest) -> CachedRequest<'_> {
        self.order.start(token)
    }

    /// Caches the result of a request that was sent at `requested_at`, and returns it.
    ///
    /// If a later request with the same token already has a result, returns that one instead, and
    /// caches nothing. Returns `None` if the endpoint has lost its trust since the request.
    pub(super) fn complete(
        &self,
        request: CachedRequest<'_>,
        result: CachedResult,
        requested_at: NumericDate,
    ) -> Option<CachedResult> {
        let token = request.token();
        request.complete(result, |result| self.store(token, result, requested_at))
    }

    /// Returns the cached result, if it is fresh.
    pub(super) fn get(&self, token: &Digest, now: NumericDate) -> Option<CachedResult> {
        if let Some(entry) = self.active.get(token) {
            if entry.is_fresh(now) {
                return Some(Ok(entry.value));
            }
            self.active.remove(token);
        }
        let entry = self.rejected.get(token)?;
        if entry.is_fresh(now) {
            return Some(Err(entry.value));
        }
        self.rejected.remove(token);
        None
    }

    /// Replaces the result of a token; the order of requests protects it from earlier ones.
    fn store(&self, token: Digest, result: &CachedResult, requested_at: NumericDate) {
        // both tables, so that an entry that is not cached leaves no earlier one behind
        self.active.remove(&token);
        self.rejected.remove(&token);
        match result {
            Ok(verified) => {
                let expires_at = requested_at.saturating_add(self.settings.active_ttl);
                let entry = Entry {
                    value: Arc::clone(verified),
                    requested_at,
                    expires_at: expires_at.min(verified.expires_at()),
                };
                self.active.insert(token, entry);
            }
            Err(error) => {
                let entry = Entry {
                    value: *error,
                    requested_at,
                    expires_at: requested_at.saturating_add(self.settings.rejected_ttl),
                };
                self.rejected.insert(token, entry);
            }
        }
    }

    /// Returns the number of active tokens and their total size in bytes.
    pub(super) fn size(&self) -> (usize, u64) {
        self.active.size()
    }

    /// Returns the number of tokens with a request in flight.
    #[cfg(test)]
    pub(super) fn in_flight(&self) -> usize {
        self.order.len()
    }

    /// Removes every active token, and distrusts the responses to requests in flight.
    pub(super) fn distrust(&self) {
        self.order.distrust(|| self.active.clear());
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::claims::ScopeSet;

    const EXP: u64 = 2_000;

    fn cache(active_ttl: u64, rejected_ttl: u64) -> IntrospectionCache {
        IntrospectionCache::new(CacheSettings {
            active_ttl: Duration::from_secs(active_ttl),
            rejected_ttl: Duration::from_secs(rejected_ttl),
            capacity: 64 * 1024,
        })
    }

    fn active() -> Arc<VerifiedToken> {
        let token = VerifiedToken::for_testing("https://a.example", "alice", ScopeSet::default());
        Arc::new(token.expiring_for_testing(at(EXP)))
    }

    fn insert(
        cache: &IntrospectionCache,
        token: Digest,
        result: &CachedResult,
        requested_at: NumericDate,
    ) {
        let request = cache.start_request(token);
        let _ = cache.complete(request, result.clone(), requested_at);
    }

    fn at(seconds: u64) -> NumericDate {
        NumericDate::from_secs(seconds)
    }

    /// Returns the seconds in which a result of the instant 1000 is a cache hit.
    fn hits(cache: &IntrospectionCache, result: &CachedResult) -> Vec<u64> {
        let token = Digest::of(b"t");
        let mut hits = Vec::new();
        for now in 900..2_200 {
            insert(cache, token, result, at(1_000));
            if cache.get(&token, at(now)).is_some() {
                hits.push(now);
            }
        }
        hits
    }

    #[test]
    fn active_token_is_cached_for_its_ttl() {
        let expected: Vec<u64> = (1_000..1_060).collect();
        assert_eq!(hits(&cache(60, 5), &Ok(active())), expected);
        assert!(hits(&cache(0, 5), &Ok(active())).is_empty());
    }

    /// RFC 7662 §4: never beyond `exp`, without the clock skew.
    #[test]
    fn active_token_is_never_cached_past_its_exp() {
        let expected: Vec<u64> = (1_000..EXP).collect();
        assert_eq!(hits(&cache(1_800, 5), &Ok(active())), expected);
    }

    #[test]
    fn rejected_token_is_cached_for_its_own_ttl() {
        let expected: Vec<u64> = (1_000..1_005).collect();
        let result = Err(TokenError::Inactive);
        assert_eq!(hits(&cache(60, 5), &result), expected);
        assert!(hits(&cache(60, 0), &result).is_empty());
    }

    #[test]
    fn later_result_replaces_an_earlier_one() {
        let cache = cache(60, 5);
        let token = Digest::of(b"t");
        insert(&cache, token, &Ok(active()), at(1_000));
        insert(&cache, token, &Err(TokenError::Inactive), at(1_060));
        assert!(matches!(
            cache.get(&token, at(1_061)),
            Some(Err(TokenError::Inactive))
        ));
        insert(&cache, token, &Ok(active()), at(1_062));
        assert!(matches!(cache.get(&token, at(1_063)), Some(Ok(_))));
    }

    /// Otherwise the earlier rejection would be a hit where the later result is not cached.
    #[test]
    fn later_result_replaces_an_earlier_one_even_if_it_is_not_cached() {
        let token = Digest::of(b"t");
        let uncached = cache(0, 5);
        insert(&uncached, token, &Err(TokenError::Inactive), at(1_000));
        insert(&uncached, token, &Ok(active()), at(1_000));
        assert!(uncached.get(&token, at(1_001)).is_none());
        let cache = cache(60, 5);
        insert(&cache, token, &Ok(active()), at(1_000));
        let too_large = VerifiedToken::with_json_for_testing(&vec![b' '; 100 * 1024]);
        insert(&cache, token, &Ok(Arc::new(too_large)), at(1_000));
        assert!(cache.get(&token, at(1_001)).is_none());
    }

    /// The later rejection is evicted before the earlier, slow response arrives.
    #[test]
    fn evicted_rejection_is_not_replaced_by_an_earlier_result() {
        let cache = cache(60, 5);
        let token = Digest::of(b"t");
        let [earlier, later] = [(); 2].map(|()| cache.start_request(token));
        let rejected = cache.complete(later, Err(TokenError::Inactive), at(1_000));
        assert!(matches!(rejected, Some(Err(TokenError::Inactive))));
        for n in 0_u32..20_000 {
            let other = Digest::of(&n.to_le_bytes());
            insert(&cache, other, &Err(TokenError::Inactive), at(1_000));
        }
        cache.rejected.remove(&token);
        let late = cache.complete(earlier, Ok(active()), at(1_000));
        assert!(matches!(late, Some(Err(TokenError::Inactive))));
        assert!(cache.get(&token, at(1_000)).is_none());
    }

    #[test]
    fn rejection_replaces_a_fresh_active_result() {
        let cache = cache(60, 5);
        let token = Digest::of(b"t");
        insert(&cache, token, &Ok(active()), at(1_000));
        insert(&cache, token, &Err(TokenError::Inactive), at(1_010));
        assert!(matches!(cache.get(&token, at(1_011)), Some(Err(_))));
        assert!(cache.get(&token, at(1_015)).is_none());
    }

    /// A client that tries many unknown tokens cannot evict active ones.
    #[test]
    fn rejected_tokens_never_evict_active_ones() {
        let cache = cache(60, 5);
        let good = Digest::of(b"good");
        insert(&cache, good, &Ok(active()), at(1_000));
        for n in 0_u32..20_000 {
            insert(
                &cache,
                Digest::of(&n.to_le_bytes()),
                &Err(TokenError::Inactive),
                at(1_000),
            );
        }
        assert!(matches!(cache.get(&good, at(1_001)), Some(Ok(_))));
        let rejected = cache.rejected.len();
        assert!((4_000..=8_192).contains(&rejected), "{rejected}");
    }

    #[test]
    fn active_tokens_never_exceed_the_capacity() {
        let cache = cache(60, 5);
        for n in 0_u32..10_000 {
            insert(
                &cache,
                Digest::of(&n.to_le_bytes()),
                &Ok(active()),
                at(1_000),
            );
        }
        let (count, bytes) = cache.size();
        assert!(count > 50 && bytes <= 64 * 1024, "{count}: {bytes}");
    }

    #[test]
    fn cache_without_capacity_has_no_active_tokens() {
        let cache = IntrospectionCache::new(CacheSettings {
            active_ttl: Duration::from_mins(1),
            rejected_ttl: Duration::from_secs(5),
            capacity: 0,
        });
        let token = Digest::of(b"t");
        insert(&cache, token, &Ok(active()), at(1_000));
        assert!(cache.get(&token, at(1_000)).is_none());
    }
}
