//! Sessions in memory: the default store.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::claims::NumericDate;
use crate::session::error::SessionStoreError;
use crate::session::store::{SessionGroup, SessionKey, SessionStore, StoredSession};

/// The default maximum number of sessions.
const DEFAULT_CAPACITY: usize = 10_000;

/// Sessions in the memory of this process; a restart ends them.
///
/// At the limit, by default 10,000 sessions, a new session replaces expired ones, or else the least recently used
/// session of the person who has most of them: one person who logs in often does not log all others out. A session of a
/// usual login takes about 2 KiB.
pub struct MemorySessions {
    capacity: usize,
    sessions: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    by_key: HashMap<SessionKey, StoredSession>,
    by_group: HashMap<SessionGroup, HashSet<SessionKey>>,
}

impl MemorySessions {
    /// Creates an empty store for 10,000 sessions.
    pub fn new() -> Self {
        Self::with_capacity(DEFAULT_CAPACITY)
    }

    /// Creates an empty store for this number of sessions, at least 1.
    pub fn with_capacity(sessions: usize) -> Self {
        Self {
            capacity: sessions.max(1),
            sessions: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        // no operation on the maps leaves them half changed
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemorySessions {
    fn default() -> Self {
        Self::new()
    }
}

impl Sessions {
    fn insert(&mut self, session: StoredSession) {
        for group in &session.groups {
            self.by_group.entry(*group).or_default().insert(session.key);
        }
        self.by_key.insert(session.key, session);
    }

    fn remove(&mut self, key: &SessionKey) -> Option<StoredSession> {
        let session = self.by_key.remove(key)?;
        for group in &session.groups {
            if let Some(keys) = self.by_group.get_mut(group) {
                keys.remove(key);
                if keys.is_empty() {
                    self.by_group.remove(group);
                }
            }
        }
        Some(session)
    }

    /// Removes the sessions for which a condition holds.
    fn remove_all(&mut self, is_removed: impl Fn(&StoredSession) -> bool) -> Vec<StoredSession> {
        let removed = self.by_key.values().filter(|session| is_removed(session));
        let removed: Vec<_> = removed.map(|session| session.key).collect();
        removed.iter().filter_map(|key| self.remove(key)).collect()
    }

    /// Returns the least recently used session of the largest group, and of all if no group has more than one.
    ///
    /// Otherwise, one person who logs in again and again would end the sessions of all others.
    fn least_needed(&self) -> Option<SessionKey> {
        let largest = self.by_group.values().max_by_key(|keys| keys.len());
        let largest = largest.filter(|keys| keys.len() > 1);
        let candidates = self.by_key.values();
        let candidates =
            candidates.filter(|session| largest.is_none_or(|keys| keys.contains(&session.key)));
        let oldest = candidates.min_by_key(|session| session.last_used);
        oldest.map(|session| session.key)
    }

    /// Makes room for one more session, used at `now`, and returns the sessions that were removed.
    fn make_room(&mut self, capacity: usize, now: NumericDate) -> Vec<StoredSession> {
        if self.by_key.len() < capacity {
            return Vec::new();
        }
        let mut removed = self.remove_all(|session| session.expires_at <= now);
        while self.by_key.len() >= capacity {
            let Some(key) = self.least_needed() else {
                break;
            };
            removed.extend(self.remove(&key));
        }
        removed
    }
}

impl SessionStore for MemorySessions {
    async fn insert(
        &self,
        session: StoredSession,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        let mut sessions = self.lock();
        let removed = sessions.make_room(self.capacity, session.last_used);
        sessions.insert(session);
        Ok(removed)
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
        Ok(self.lock().by_key.get(key).cloned())
    }

    async fn touch(
        &self,
        key: &SessionKey,
        last_used: NumericDate,
    ) -> Result<(), SessionStoreError> {
        if let Some(session) = self.lock().by_key.get_mut(key) {
            session.last_used = session.last_used.max(last_used);
        }
        Ok(())
    }

    async fn remove(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
        Ok(self.lock().remove(key))
    }

    async fn remove_group(
        &self,
        group: &SessionGroup,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        let mut sessions = self.lock();
        let keys = sessions.by_group.remove(group).unwrap_or_default();
        Ok(keys.iter().filter_map(|key| sessions.remove(key)).collect())
    }

    async fn remove_ended(
        &self,
        now: NumericDate,
        unused_since: NumericDate,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        let has_ended = |session: &StoredSession| {
            session.expires_at <= now || session.last_used <= unused_since
        };
        Ok(self.lock().remove_all(has_ended))
    }
}

impl fmt::Debug for MemorySessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySessions")
            .field("sessions", &self.lock().by_key.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(number: u8, last_used: u64, groups: &[u8]) -> StoredSession {
        StoredSession::new(
            SessionKey::from_bytes([number; 32]),
            groups
                .iter()
                .map(|group| SessionGroup::from_bytes([*group; 32]))
                .collect(),
            vec![number],
            NumericDate::from_secs(last_used),
            NumericDate::from_secs(last_used + 100),
        )
    }

    async fn numbers(store: &MemorySessions) -> Vec<u8> {
        let mut found = Vec::new();
        for number in 0..10 {
            let key = SessionKey::from_bytes([number; 32]);
            if store.find(&key).await.unwrap().is_some() {
                found.push(number);
            }
        }
        found
    }

    #[tokio::test]
    async fn group_ends_together() {
        let store = MemorySessions::new();
        for (number, groups) in [(1, &[10, 20][..]), (2, &[10]), (3, &[30])] {
            store.insert(session(number, 0, groups)).await.unwrap();
        }
        let group = SessionGroup::from_bytes([10; 32]);
        assert_eq!(store.remove_group(&group).await.unwrap().len(), 2);
        assert_eq!(store.remove_group(&group).await.unwrap().len(), 0);
        assert_eq!(numbers(&store).await, [3]);
        assert!(
            !store
                .lock()
                .by_group
                .contains_key(&SessionGroup::from_bytes([20; 32]))
        );
    }

    #[tokio::test]
    async fn removed_session_leaves_no_trace() {
        let store = MemorySessions::new();
        store.insert(session(1, 0, &[10])).await.unwrap();
        let key = SessionKey::from_bytes([1; 32]);
        assert!(store.remove(&key).await.unwrap().is_some());
        assert!(store.remove(&key).await.unwrap().is_none());
        store.touch(&key, NumericDate::from_secs(5)).await.unwrap();
        assert!(store.lock().by_key.is_empty() && store.lock().by_group.is_empty());
    }

    #[tokio::test]
    async fn time_of_last_use_never_goes_back() {
        let store = MemorySessions::new();
        store.insert(session(1, 50, &[])).await.unwrap();
        let key = SessionKey::from_bytes([1; 32]);
        for (touched, expected) in [(40, 50), (60, 60)] {
            store
                .touch(&key, NumericDate::from_secs(touched))
                .await
                .unwrap();
            let found = store.find(&key).await.unwrap().unwrap();
            assert_eq!(found.last_used, NumericDate::from_secs(expected));
        }
    }

    #[tokio::test]
    async fn full_store_forgets_expired_sessions_first_and_then_the_least_recently_used() {
        let store = MemorySessions::with_capacity(3);
        for (number, last_used) in [(1, 0), (2, 90), (3, 80)] {
            store.insert(session(number, last_used, &[])).await.unwrap();
        }
        let keys = |removed: Vec<StoredSession>| -> Vec<_> {
            removed.iter().map(|session| session.sealed[0]).collect()
        };
        let removed = store.insert(session(4, 101, &[])).await.unwrap();
        assert_eq!(keys(removed), [1]);
        assert_eq!(numbers(&store).await, [2, 3, 4]);
        let removed = store.insert(session(5, 102, &[])).await.unwrap();
        assert_eq!(keys(removed), [3]);
        assert_eq!(numbers(&store).await, [2, 4, 5]);
    }

    #[tokio::test]
    async fn session_that_expires_at_this_time_makes_room() {
        let store = MemorySessions::with_capacity(2);
        store.insert(session(1, 10, &[])).await.unwrap();
        let mut expiring = session(2, 20, &[]);
        expiring.expires_at = NumericDate::from_secs(30);
        store.insert(expiring).await.unwrap();
        store.insert(session(3, 30, &[])).await.unwrap();
        assert_eq!(numbers(&store).await, [1, 3]);
    }

    #[tokio::test]
    async fn ended_sessions_are_removed_and_returned() {
        let store = MemorySessions::new();
        for (number, last_used) in [(1, 0), (2, 50), (3, 51), (4, 100)] {
            let session = session(number, last_used, &[number]);
            assert!(store.insert(session).await.unwrap().is_empty());
        }
        let at = NumericDate::from_secs;
        let mut removed = store.remove_ended(at(100), at(50)).await.unwrap();
        removed.sort_by_key(|session| session.key);
        assert_eq!(removed.len(), 2);
        assert_eq!((removed[0].sealed[0], removed[1].sealed[0]), (1, 2));
        assert_eq!(numbers(&store).await, [3, 4]);
        let removed = store.remove_ended(at(151), at(0)).await.unwrap();
        assert_eq!(removed.len(), 1);
        assert!(store.remove_ended(at(151), at(0)).await.unwrap().is_empty());
        assert_eq!(store.lock().by_group.len(), 1);
    }

    #[tokio::test]
    async fn person_with_many_logins_ends_no_session_of_another() {
        let store = MemorySessions::with_capacity(5);
        store.insert(session(1, 0, &[10])).await.unwrap();
        store.insert(session(2, 1, &[20, 21])).await.unwrap();
        // each one used later than those of the others
        for number in 3..10 {
            let last_used = u64::from(number) + 10;
            let mallory = session(number, last_used, &[30]);
            store.insert(mallory).await.unwrap();
        }
        assert_eq!(numbers(&store).await, [1, 2, 7, 8, 9]);
    }

    #[tokio::test]
    async fn full_store_of_people_with_one_session_each_forgets_the_least_recently_used() {
        let store = MemorySessions::with_capacity(3);
        for (number, last_used) in [(1, 50), (2, 40), (3, 60), (4, 70)] {
            let group = number * 10;
            store
                .insert(session(number, last_used, &[group, group + 1]))
                .await
                .unwrap();
        }
        assert_eq!(numbers(&store).await, [1, 3, 4]);
    }
}
