//! The keys that sign tokens: created, published ahead of their use, replaced on a schedule, and stored sealed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::authorization_server::report;
use crate::claims::NumericDate;
use crate::keys::{Algorithm, DEFAULT_ALGORITHMS, KeySet, SigningKey, parse_jwks};
use crate::relying_party::vault::{RecordId, RecordVersion, TokenVault, VaultError, VaultRecord};
use crate::secret::Secret;

/// The time for which a key is published before it signs, so that resource servers have fetched it by then.
const PUBLISHED_AHEAD: Duration = Duration::from_hours(24);

/// The time for which a key is published after it has signed: the longest lifetime of a token, and caches of responses.
const PUBLISHED_AFTER: Duration = Duration::from_hours(2);

/// The time after which the vault is read again, because another process may have created a key.
const REREAD: Duration = Duration::from_mins(1);

/// The maximum number of attempts to store a change while other processes change the keys.
const ATTEMPTS: usize = 8;

/// The signing keys of a server.
pub(super) struct SigningKeys {
    vault: TokenVault,
    id: RecordId,
    algorithm: Algorithm,
    period: Duration,
    current: Mutex<Arc<Snapshot>>,
    reading: tokio::sync::Mutex<()>,
}

/// The tokens that keys sign. ID tokens and access tokens have different keys, so that neither is accepted as the other.
#[derive(Clone, Copy, Debug)]
pub(super) enum KeyUse {
    AccessTokens,
    IdTokens,
}

impl KeyUse {
    const fn name(self) -> &'static str {
        match self {
            Self::AccessTokens => "access token keys",
            Self::IdTokens => "ID token keys",
        }
    }
}

/// The keys of one read of the vault.
pub(super) struct Snapshot {
    keys: Vec<ScheduledKey>,
    public: KeySet,
    jwks: Vec<Value>,
    read_at: NumericDate,
}

/// A key, and the time at which it starts to sign.
struct ScheduledKey {
    key: SigningKey,
    signs_from: NumericDate,
}

#[derive(Serialize, Deserialize)]
struct StoredKeys {
    keys: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    alg: Algorithm,
    pkcs8: String,
    signs_from: u64,
}

impl Drop for StoredKey {
    fn drop(&mut self) {
        drop(Zeroizing::new(std::mem::take(&mut self.pkcs8)));
    }
}

impl SigningKeys {
    /// Reads the keys of the vault, and creates the first one if the vault has no keys.
    ///
    /// # Errors
    ///
    /// Returns an error if the vault cannot be read or written, or if its keys are of another format.
    pub(super) async fn open(
        vault: TokenVault,
        issuer: &str,
        usage: KeyUse,
        algorithm: Algorithm,
        period: Duration,
        now: NumericDate,
    ) -> Result<Self, VaultError> {
        let id = RecordId::new(issuer, issuer, usage.name());
        let id = id.map_err(|_| VaultError::TooLong)?;
        let first = read(&vault, &id, algorithm, period, now).await?;
        Ok(Self {
            vault,
            id,
            algorithm,
            period,
            current: Mutex::new(Arc::new(first)),
            reading: tokio::sync::Mutex::default(),
        })
    }

    /// Returns the keys. They are read again once a minute; if the vault is unavailable, the previous keys are used.
    pub(super) async fn snapshot(&self, now: NumericDate) -> Arc<Snapshot> {
        let current = self.current();
        if now.since(current.read_at) < REREAD {
            return current;
        }
        let Ok(_reading) = self.reading.try_lock() else {
            return current;
        };
        match read(&self.vault, &self.id, self.algorithm, self.period, now).await {
            Ok(snapshot) => {
                let snapshot = Arc::new(snapshot);
                *self.lock() = Arc::clone(&snapshot);
                snapshot
            }
            Err(error) => {
                report(&error);
                current
            }
        }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn current(&self) -> Arc<Snapshot> {
        Arc::clone(&self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Arc<Snapshot>> {
        // a panic while the lock is held leaves one snapshot or the other
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Snapshot {
    /// Returns the key that signs: the newest one whose start has passed.
    pub(super) fn signing_key(&self, now: NumericDate) -> Option<&SigningKey> {
        let mut keys = self.keys.iter().rev();
        let scheduled = keys.find(|scheduled| scheduled.signs_from <= now);
        scheduled.map(|scheduled| &scheduled.key)
    }

    /// Returns the public keys, for tokens that clients send back.
    pub(super) fn public(&self) -> &KeySet {
        &self.public
    }

    /// Returns the published keys as JWKs.
    pub(super) fn jwks(&self) -> &[Value] {
        &self.jwks
    }

    fn new(keys: Vec<ScheduledKey>, now: NumericDate) -> Option<Self> {
        let jwks: Vec<Value> = keys.iter().map(|scheduled| scheduled.key.jwk()).collect();
        let set = json!({ "keys": jwks }).to_string();
        let (public, skipped) = parse_jwks(set.as_bytes(), &DEFAULT_ALGORITHMS).ok()?;
        Some(Self {
            public: KeySet::new(public, skipped).ok()?,
            jwks,
            keys,
            read_at: now,
        })
    }
}

/// Reads the keys, and stores the change if the schedule requires one.
async fn read(
    vault: &TokenVault,
    id: &RecordId,
    algorithm: Algorithm,
    period: Duration,
    now: NumericDate,
) -> Result<Snapshot, VaultError> {
    for _ in 0..ATTEMPTS {
        let record = vault.read(id).await?;
        let version = record.as_ref().map(VaultRecord::version);
        let mut keys = match &record {
            None => Vec::new(),
            Some(record) => decode(record.value().expose()).ok_or(VaultError::UnknownFormat)?,
        };
        let is_changed = follow_schedule(&mut keys, algorithm, period, now)?;
        if !is_changed || write(vault, id, version, &keys).await? {
            return Snapshot::new(keys, now).ok_or(VaultError::UnknownFormat);
        }
    }
    Err(VaultError::Conflict)
}

/// Removes the keys that no valid token needs, and adds the next key when its publication is due.
fn follow_schedule(
    keys: &mut Vec<ScheduledKey>,
    algorithm: Algorithm,
    period: Duration,
    now: NumericDate,
) -> Result<bool, VaultError> {
    let count = keys.len();
    let is_needed_until =
        |successor: &ScheduledKey| successor.signs_from.saturating_add(PUBLISHED_AFTER);
    while keys
        .get(1)
        .is_some_and(|successor| is_needed_until(successor) <= now)
    {
        keys.remove(0);
    }
    let mut is_changed = keys.len() != count;
    let newest = keys.last();
    let signs_from = match newest {
        None => Some(now),
        Some(newest) => {
            let due = newest.signs_from.saturating_add(period);
            let is_due = due.saturating_sub(PUBLISHED_AHEAD) <= now;
            // while processes with another algorithm share the vault, each waits for the key that it has published
            let has_algorithm = |scheduled: &ScheduledKey| scheduled.key.algorithm() == algorithm;
            let is_pending =
                |scheduled: &ScheduledKey| has_algorithm(scheduled) && now < scheduled.signs_from;
            let other_algorithm = !has_algorithm(newest) && !keys.iter().any(is_pending);
            // at its due time, or later if no process has run a day before that
            (is_due || other_algorithm).then(|| now.saturating_add(PUBLISHED_AHEAD))
        }
    };
    if let Some(signs_from) = signs_from {
        let key = SigningKey::generate(algorithm).ok_or(VaultError::NoRandomBytes)?;
        keys.push(ScheduledKey { key, signs_from });
        is_changed = true;
    }
    Ok(is_changed)
}

fn decode(bytes: &[u8]) -> Option<Vec<ScheduledKey>> {
    let stored: StoredKeys = serde_json::from_slice(bytes).ok()?;
    let keys = stored.keys.iter().map(|stored| {
        let pkcs8 = Zeroizing::new(STANDARD.decode(&stored.pkcs8).ok()?);
        Some(ScheduledKey {
            key: SigningKey::from_pkcs8(stored.alg, &pkcs8)?,
            signs_from: NumericDate::from_secs(stored.signs_from),
        })
    });
    keys.collect()
}

/// Stores the keys; returns `false` if another process has changed them.
async fn write(
    vault: &TokenVault,
    id: &RecordId,
    version: Option<RecordVersion>,
    keys: &[ScheduledKey],
) -> Result<bool, VaultError> {
    let keys = keys.iter().map(|scheduled| {
        let pkcs8 = scheduled.key.to_pkcs8()?;
        Some(StoredKey {
            alg: scheduled.key.algorithm(),
            pkcs8: STANDARD.encode(pkcs8.as_slice()),
            signs_from: scheduled.signs_from.as_secs(),
        })
    });
    let keys = keys
        .collect::<Option<_>>()
        .ok_or(VaultError::UnknownFormat)?;
    let value = serde_json::to_vec(&StoredKeys { keys }).map_err(|_| VaultError::UnknownFormat)?;
    match vault.write(id, version, &Secret::new(value), None).await {
        Ok(_) => Ok(true),
        Err(VaultError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let snapshot = self.current();
        let keys = snapshot.keys.iter().map(|scheduled| scheduled.key.kid());
        f.debug_list().entries(keys).finish()
    }
}

#[cfg(test)]
mod tests;
