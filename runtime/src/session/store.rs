//! The store of sessions, which a server and its replicas share.

use std::fmt;
use std::pin::Pin;

use aws_lc_rs::digest;

use crate::claims::NumericDate;
use crate::session::error::SessionStoreError;

/// A store of sessions.
///
/// [`MemorySessions`](crate::relying_party::MemorySessions) is the default. Implement this trait for a database that
/// several processes share. Every record is sealed before the store has it, and its key is a hash of the cookie: the
/// content of the store opens no session and shows no claims.
///
/// # Security
///
/// A store that brings back a removed session brings back its access. Read from a replica only if it is not behind.
///
/// Requests wait without a time limit: apply one to a store that can be slow.
pub trait SessionStore: Send + Sync + 'static {
    /// Stores a new session, and returns those that were removed to make room for it: none, unless the store is bounded.
    ///
    /// # Errors
    ///
    /// Returns an error if the session is not stored; the person is then not logged in.
    fn insert(
        &self,
        session: StoredSession,
    ) -> impl Future<Output = Result<Vec<StoredSession>, SessionStoreError>> + Send;

    /// Returns the session with this key, if there is one. It may be expired.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read; the response is then 503.
    fn find(
        &self,
        key: &SessionKey,
    ) -> impl Future<Output = Result<Option<StoredSession>, SessionStoreError>> + Send;

    /// Sets the time of the last use, unless the session is gone or was used later.
    ///
    /// # Errors
    ///
    /// Returns an error if the time is not stored; the response is then 503.
    fn touch(
        &self,
        key: &SessionKey,
        last_used: NumericDate,
    ) -> impl Future<Output = Result<(), SessionStoreError>> + Send;

    /// Removes a session, and returns it if there was one.
    ///
    /// # Errors
    ///
    /// Returns an error if the session may still be there.
    fn remove(
        &self,
        key: &SessionKey,
    ) -> impl Future<Output = Result<Option<StoredSession>, SessionStoreError>> + Send;

    /// Removes the sessions of a group, and returns them.
    ///
    /// The tokens of a session that is not returned remain until they expire.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them may still be there.
    fn remove_group(
        &self,
        group: &SessionGroup,
    ) -> impl Future<Output = Result<Vec<StoredSession>, SessionStoreError>> + Send;

    /// Removes sessions that have ended, and returns them: those that expire at `now` or before, and those whose last use
    /// was at `unused_since` or before.
    ///
    /// It is called about once a minute while there are requests; a store with many sessions can remove some of them each
    /// time. If several processes share a store, each session is returned to one of them.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read or written.
    fn remove_ended(
        &self,
        now: NumericDate,
        unused_since: NumericDate,
    ) -> impl Future<Output = Result<Vec<StoredSession>, SessionStoreError>> + Send;
}

/// The key of a session: the SHA-256 hash of the value of its cookie.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey([u8; 32]);

/// The sessions of a subject, or of one session at its provider, by a hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionGroup([u8; 32]);

/// A session as the store has it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredSession {
    /// The key, which is unique.
    pub key: SessionKey,
    /// The groups that the session belongs to: its subject, and the session at its provider if that has a name.
    pub groups: Vec<SessionGroup>,
    /// The sealed record; up to 64 KiB and 37 bytes.
    pub sealed: Vec<u8>,
    /// The time of the last use, to the minute.
    pub last_used: NumericDate,
    /// The time from which on the store can forget the session.
    pub expires_at: NumericDate,
}

impl StoredSession {
    /// Creates a session from the columns of a database.
    pub fn new(
        key: SessionKey,
        groups: Vec<SessionGroup>,
        sealed: Vec<u8>,
        last_used: NumericDate,
        expires_at: NumericDate,
    ) -> Self {
        Self {
            key,
            groups,
            sealed,
            last_used,
            expires_at,
        }
    }
}

impl SessionKey {
    /// Creates a key from the bytes of [`as_bytes`](Self::as_bytes).
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn of(digest: &[u8]) -> Self {
        Self(bytes_of(digest))
    }
}

impl SessionGroup {
    /// Creates a group from the bytes of [`as_bytes`](Self::as_bytes).
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the group's hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the group of all sessions of a subject.
    pub(super) fn of_subject(issuer: &str, subject: &str) -> Self {
        Self::hash("subject", issuer, subject)
    }

    /// Returns the group of the sessions that belong to one session at the provider.
    pub(super) fn of_provider_session(issuer: &str, sid: &str) -> Self {
        Self::hash("sid", issuer, sid)
    }

    /// Returns the group of a subject's sessions whose session at the provider is unknown.
    pub(super) fn without_provider_session(issuer: &str, subject: &str) -> Self {
        Self::hash("no sid", issuer, subject)
    }

    fn hash(kind: &str, issuer: &str, name: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [kind, issuer, name] {
            // lengths first, so that different parts have different hashes
            context.update(&part.len().to_be_bytes());
            context.update(part.as_bytes());
        }
        Self(bytes_of(context.finish().as_ref()))
    }
}

/// Copies a SHA-256 digest.
fn bytes_of(digest: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = *from;
    }
    bytes
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey([redacted])")
    }
}

impl fmt::Debug for SessionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionGroup([redacted])")
    }
}

/// A boxed future of a store.
pub(super) type StoreFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, SessionStoreError>> + Send + 'a>>;

/// [`SessionStore`] behind a pointer.
pub(super) trait DynSessionStore: Send + Sync {
    fn insert(&self, session: StoredSession) -> StoreFuture<'_, Vec<StoredSession>>;
    fn find<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<StoredSession>>;
    fn touch<'a>(&'a self, key: &'a SessionKey, last_used: NumericDate) -> StoreFuture<'a, ()>;
    fn remove<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<StoredSession>>;
    fn remove_group<'a>(&'a self, group: &'a SessionGroup) -> StoreFuture<'a, Vec<StoredSession>>;
    fn remove_ended(
        &self,
        now: NumericDate,
        unused_since: NumericDate,
    ) -> StoreFuture<'_, Vec<StoredSession>>;
}

impl<S: SessionStore> DynSessionStore for S {
    fn insert(&self, session: StoredSession) -> StoreFuture<'_, Vec<StoredSession>> {
        Box::pin(SessionStore::insert(self, session))
    }

    fn find<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<StoredSession>> {
        Box::pin(SessionStore::find(self, key))
    }

    fn touch<'a>(&'a self, key: &'a SessionKey, last_used: NumericDate) -> StoreFuture<'a, ()> {
        Box::pin(SessionStore::touch(self, key, last_used))
    }

    fn remove<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<StoredSession>> {
        Box::pin(SessionStore::remove(self, key))
    }

    fn remove_group<'a>(&'a self, group: &'a SessionGroup) -> StoreFuture<'a, Vec<StoredSession>> {
        Box::pin(SessionStore::remove_group(self, group))
    }

    fn remove_ended(
        &self,
        now: NumericDate,
        unused_since: NumericDate,
    ) -> StoreFuture<'_, Vec<StoredSession>> {
        Box::pin(SessionStore::remove_ended(self, now, unused_since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_different_names_differ() {
        let groups = [
            SessionGroup::of_subject("https://a.example", "alice"),
            SessionGroup::of_subject("https://a.example", "alic"),
            SessionGroup::of_subject("https://a.examplea", "lice"),
            SessionGroup::of_provider_session("https://a.example", "alice"),
        ];
        for (index, group) in groups.iter().enumerate() {
            let others = groups.iter().skip(index + 1);
            assert!(others.into_iter().all(|other| other != group));
        }
        assert_eq!(
            groups[0],
            SessionGroup::of_subject("https://a.example", "alice")
        );
    }

    #[test]
    fn debug_output_has_no_bytes_of_a_key() {
        let key = SessionKey::from_bytes([7; 32]);
        assert_eq!(format!("{key:?}"), "SessionKey([redacted])");
        let group = SessionGroup::from_bytes(*key.as_bytes());
        assert_eq!(format!("{group:?}"), "SessionGroup([redacted])");
    }
}
