//! A cache with a limit in bytes, for verified JWTs and for introspection results.

use std::hash::Hash;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, Weighter};

use crate::token::keyed_hash::KeyedHash;

/// The slots that the table has for each entry, on average: it doubles when it is full, and half of
/// its slots may belong to tokens that it has evicted.
const SLOTS_PER_ENTRY: usize = 2;

/// The bytes of a slot besides key and value: links, state and index.
const SLOT_OVERHEAD: usize = 24;

/// The bytes that an allocator adds to an allocation: rounding and bookkeeping.
const ALLOCATION_OVERHEAD: usize = 16;

/// The maximum number of entries for which memory is reserved up front.
const MAX_RESERVED_ENTRIES: usize = 1 << 16;

/// A cache of tokens that evicts entries once they exceed its capacity in bytes.
///
/// A cache with capacity 0 is always empty.
pub(super) struct TokenCache<K, V> {
    entries: Option<Cache<K, V, EntryWeight<K, V>, KeyedHash>>,
}

impl<K: Hash + Eq, V: Clone> TokenCache<K, V> {
    /// Creates a cache of `capacity` bytes.
    ///
    /// `typical_entry` is the expected size of an entry in bytes, for reserving memory. `heap_size`
    /// returns the bytes on the heap that an entry's key and value own, the sum of their
    /// [`allocation_size`]s.
    pub(super) fn new(capacity: u64, typical_entry: u64, heap_size: fn(&K, &V) -> usize) -> Self {
        let reserved = usize::try_from(capacity / typical_entry)
            .map_or(MAX_RESERVED_ENTRIES, |entries| {
                entries.min(MAX_RESERVED_ENTRIES)
            });
        let new = || {
            let weight = EntryWeight { heap_size };
            let hash = KeyedHash::default();
            Cache::with(
                reserved,
                capacity,
                weight,
                hash,
                DefaultLifecycle::default(),
            )
        };
        Self {
            entries: (capacity > 0).then(new),
        }
    }

    pub(super) fn get<Q: Hash + Equivalent<K>>(&self, key: &Q) -> Option<V> {
        self.entries.as_ref()?.get(key)
    }

    pub(super) fn insert(&self, key: K, value: V) {
        if let Some(entries) = &self.entries {
            entries.insert(key, value);
        }
    }

    pub(super) fn remove<Q: Hash + Equivalent<K>>(&self, key: &Q) {
        if let Some(entries) = &self.entries {
            entries.remove(key);
        }
    }

    #[cfg(feature = "introspection")]
    pub(super) fn clear(&self) {
        if let Some(entries) = &self.entries {
            entries.clear();
        }
    }

    /// Returns the number of entries and their total size in bytes.
    pub(super) fn size(&self) -> (usize, u64) {
        self.entries
            .as_ref()
            .map_or((0, 0), |entries| (entries.len(), entries.weight()))
    }
}

/// Records whether a lookup found an entry.
#[cfg(feature = "metrics")]
pub(super) fn record_lookup(is_hit: bool) {
    let outcome = if is_hit { "hit" } else { "miss" };
    metrics::counter!("palisade_token_cache_lookups_total", "outcome" => outcome).increment(1);
}

/// Returns the bytes that an allocation of `len` bytes takes.
pub(super) const fn allocation_size(len: usize) -> usize {
    if len == 0 {
        return 0;
    }
    len.saturating_add(ALLOCATION_OVERHEAD)
}

struct EntryWeight<K, V> {
    heap_size: fn(&K, &V) -> usize,
}

impl<K, V> Clone for EntryWeight<K, V> {
    fn clone(&self) -> Self {
        Self {
            heap_size: self.heap_size,
        }
    }
}

impl<K, V> Weighter<K, V> for EntryWeight<K, V> {
    fn weight(&self, key: &K, value: &V) -> u64 {
        let slot = size_of::<(K, V)>() + SLOT_OVERHEAD;
        let heap = (self.heap_size)(key, value);
        let size = heap.saturating_add(slot * SLOTS_PER_ENTRY);
        u64::try_from(size).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(capacity: u64) -> TokenCache<u32, Box<[u8]>> {
        TokenCache::new(capacity, 1024, |_, bytes| bytes.len())
    }

    #[test]
    fn entry_size_includes_its_slots() {
        let cache = cache(64 * 1024);
        cache.insert(1, [0; 100].into());
        let slots = SLOTS_PER_ENTRY * (size_of::<(u32, Box<[u8]>)>() + SLOT_OVERHEAD);
        let size = u64::try_from(slots + 100).unwrap();
        assert_eq!(cache.size(), (1, size));
        cache.remove(&1);
        assert_eq!(cache.size(), (0, 0));
    }

    #[test]
    fn empty_allocation_has_no_size() {
        assert_eq!(allocation_size(0), 0);
        assert_eq!(allocation_size(1), 1 + ALLOCATION_OVERHEAD);
        assert_eq!(allocation_size(usize::MAX), usize::MAX);
    }

    #[test]
    fn entries_never_exceed_the_capacity() {
        let cache = cache(64 * 1024);
        for key in 0..10_000 {
            cache.insert(key, [0; 100].into());
        }
        let (entries, bytes) = cache.size();
        assert!(entries > 50 && bytes <= 64 * 1024, "{entries}: {bytes}");
    }

    #[test]
    fn cache_without_capacity_stays_empty() {
        let cache = cache(0);
        cache.insert(1, [0; 100].into());
        assert_eq!(cache.get(&1), None);
        assert_eq!(cache.size(), (0, 0));
    }
}
