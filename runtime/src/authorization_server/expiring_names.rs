//! Names that a client has used up or revoked, until they expire: client assertions and access tokens.

use aws_lc_rs::digest::{SHA256, digest};

use crate::authorization_server::StoreFailure;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::claims::NumericDate;
use crate::relying_party::vault::{RecordId, TokenVault, VaultError, VaultRecord};
use crate::secret::Secret;

/// The number of records of each client and kind.
const BUCKETS: u8 = 16;

/// The maximum number of names in a record, so that a client has at most 32,768 of each kind.
const MAX_NAMES: usize = 2_048;

/// The time after which a client that was refused may try again, in seconds.
const RETRY_AFTER: u16 = 60;

/// How often a change is repeated because another request was faster.
const ATTEMPTS: usize = 64;

/// The length of a name's hash, in bytes.
const HASH: usize = 16;

/// A name: its hash, and its expiry in seconds.
const ENTRY: usize = HASH + 8;

/// Names in the vault: a bounded set for each client, in a fixed number of records.
#[derive(Clone, Debug)]
pub(super) struct ExpiringNames {
    vault: TokenVault,
    issuer: String,
    max_names: usize,
}

/// The kind of names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    ClientAssertion,
    RevokedToken,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::ClientAssertion => "client assertions",
            Self::RevokedToken => "revoked tokens",
        }
    }
}

impl ExpiringNames {
    pub(super) fn new(vault: TokenVault, issuer: String) -> Self {
        Self {
            vault,
            issuer,
            max_names: MAX_NAMES,
        }
    }

    /// Adds a name, and returns `false` if the set has it: of several calls, one returns `true`.
    ///
    /// # Errors
    ///
    /// Returns an error with the status 429 if the client has too many names that have not expired, and
    /// `temporarily_unavailable` if the vault is unavailable or full.
    pub(super) async fn insert(
        &self,
        kind: Kind,
        client_id: &str,
        name: &str,
        until: NumericDate,
        now: NumericDate,
    ) -> Result<bool, OAuthFailure> {
        let hash = hash(name);
        let id = self.id(kind, client_id, hash)?;
        for _ in 0..ATTEMPTS {
            let record = self.vault.read(&id).await.map_err(StoreFailure)?;
            let version = record.as_ref().map(VaultRecord::version);
            let mut names = read(record.as_ref())?;
            if names.iter().any(|(own, _)| *own == hash) {
                return Ok(false);
            }
            names.retain(|(_, until)| *until > now.as_secs());
            if names.len() >= self.max_names {
                let problem =
                    "too many assertions or revoked tokens of the client have not expired";
                return Err(
                    OAuthFailure::new(ErrorCode::TemporarilyUnavailable, problem)
                        .with_retry_after(RETRY_AFTER),
                );
            }
            names.push((hash, until.as_secs()));
            let last = names.iter().map(|(_, until)| *until).max();
            let last = last.map(NumericDate::from_secs);
            match self.vault.write(&id, version, &encode(&names), last).await {
                Ok(_) => return Ok(true),
                Err(VaultError::Conflict) => {}
                Err(error) => return Err(StoreFailure(error).into()),
            }
        }
        Err(StoreFailure(VaultError::Conflict).into())
    }

    /// Returns whether the set has a name.
    ///
    /// # Errors
    ///
    /// Returns `temporarily_unavailable` if the vault is unavailable.
    pub(super) async fn contains(
        &self,
        kind: Kind,
        client_id: &str,
        name: &str,
    ) -> Result<bool, OAuthFailure> {
        let hash = hash(name);
        let id = self.id(kind, client_id, hash)?;
        let record = self.vault.read(&id).await.map_err(StoreFailure)?;
        let names = read(record.as_ref())?;
        Ok(names.iter().any(|(own, _)| *own == hash))
    }

    fn id(&self, kind: Kind, client_id: &str, hash: [u8; HASH]) -> Result<RecordId, StoreFailure> {
        let [first, ..] = hash;
        let id = RecordId::new(&*self.issuer, client_id, kind.name());
        let id = id.and_then(|id| id.detail((first % BUCKETS).to_string()));
        id.map_err(|_| StoreFailure(VaultError::TooLong))
    }
}

fn hash(name: &str) -> [u8; HASH] {
    let mut hash = [0; HASH];
    let digest = digest(&SHA256, name.as_bytes());
    hash.iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    hash
}

fn encode(names: &[([u8; HASH], u64)]) -> Secret {
    let mut bytes = Vec::with_capacity(names.len() * ENTRY);
    for (hash, until) in names {
        bytes.extend_from_slice(hash);
        bytes.extend_from_slice(&until.to_be_bytes());
    }
    Secret::new(bytes)
}

/// Returns the names of a record.
///
/// # Errors
///
/// Returns an error if the record has another format: a name must not be accepted again.
fn read(record: Option<&VaultRecord>) -> Result<Vec<([u8; HASH], u64)>, StoreFailure> {
    let bytes = record.map_or(&[][..], |record| record.value().expose());
    let (entries, rest) = bytes.as_chunks::<ENTRY>();
    if !rest.is_empty() {
        return Err(StoreFailure(VaultError::UnknownFormat));
    }
    let names = entries.iter().map(|entry| {
        let (hash, until) = entry.split_first_chunk()?;
        Some((*hash, u64::from_be_bytes(until.try_into().ok()?)))
    });
    let names: Option<_> = names.collect();
    names.ok_or(StoreFailure(VaultError::UnknownFormat))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relying_party::vault::{MemoryStore, VaultStore as _};
    use crate::seal::SealingKey;

    const ISSUER: &str = "https://login.example";
    const KIND: Kind = Kind::ClientAssertion;

    fn at(second: u64) -> NumericDate {
        NumericDate::from_secs(1_800_000_000 + second)
    }

    async fn names(max_names: usize) -> (ExpiringNames, MemoryStore) {
        let store = MemoryStore::new();
        let key = SealingKey::generate().unwrap();
        let vault = TokenVault::create(store.clone(), key).await.unwrap();
        let names = ExpiringNames {
            max_names,
            ..ExpiringNames::new(vault, ISSUER.to_owned())
        };
        (names, store)
    }

    #[tokio::test]
    async fn name_is_new_once_for_its_client_and_kind() {
        let (names, _) = names(MAX_NAMES).await;
        let insert = |kind, client, name| names.insert(kind, client, name, at(60), at(0));
        assert!(insert(KIND, "web", "1").await.unwrap());
        assert!(!insert(KIND, "web", "1").await.unwrap());
        assert!(insert(KIND, "web", "2").await.unwrap());
        assert!(insert(KIND, "api", "1").await.unwrap());
        assert!(insert(Kind::RevokedToken, "web", "1").await.unwrap());
        assert!(names.contains(KIND, "web", "2").await.unwrap());
        assert!(!names.contains(KIND, "web", "3").await.unwrap());
    }

    /// A client that signs an assertion for each request does not fill the vault.
    #[tokio::test]
    async fn names_are_in_a_fixed_number_of_records() {
        let (names, store) = names(MAX_NAMES).await;
        for number in 0..1_000 {
            let name = number.to_string();
            assert!(
                names
                    .insert(KIND, "web", &name, at(60), at(0))
                    .await
                    .unwrap()
            );
        }
        let records = store.names().await.unwrap().len();
        assert_eq!(records, usize::from(BUCKETS));
    }

    #[tokio::test]
    async fn client_over_its_limit_is_refused_until_names_expire() {
        let (names, _) = names(1).await;
        let mut accepted = Vec::new();
        for number in 0..200 {
            let name = number.to_string();
            match names.insert(KIND, "web", &name, at(60), at(0)).await {
                Ok(is_new) => {
                    assert!(is_new);
                    accepted.push(name);
                }
                Err(failure) => {
                    assert_eq!(failure.code(), ErrorCode::TemporarilyUnavailable);
                    assert_eq!(failure.retry_after(), Some(RETRY_AFTER));
                }
            }
        }
        assert_eq!(accepted.len(), usize::from(BUCKETS));
        for name in &accepted {
            assert!(
                !names
                    .insert(KIND, "web", name, at(60), at(59))
                    .await
                    .unwrap()
            );
        }
        assert!(names.insert(KIND, "api", "x", at(60), at(0)).await.unwrap());
        assert!(
            names
                .insert(KIND, "web", "x", at(120), at(60))
                .await
                .unwrap()
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn name_in_a_hundred_concurrent_calls_is_new_once() {
        let (names, _) = names(MAX_NAMES).await;
        let calls = (0..100).map(|number| {
            let names = names.clone();
            tokio::spawn(async move {
                let other = format!("other {number}");
                assert!(
                    names
                        .insert(KIND, "web", &other, at(60), at(0))
                        .await
                        .unwrap()
                );
                names.insert(KIND, "web", "1", at(60), at(0)).await.unwrap()
            })
        });
        let mut new = 0;
        for call in calls.collect::<Vec<_>>() {
            new += usize::from(call.await.unwrap());
        }
        assert_eq!(new, 1);
    }

    #[tokio::test]
    async fn record_of_another_format_is_unavailable() {
        let (names, _) = names(MAX_NAMES).await;
        let id = names.id(KIND, "web", hash("1")).unwrap();
        let value = Secret::new(vec![0; ENTRY + 1]);
        names.vault.put(&id, &value, None).await.unwrap();
        assert!(names.insert(KIND, "web", "1", at(60), at(0)).await.is_err());
        assert!(names.contains(KIND, "web", "1").await.is_err());
    }
}
