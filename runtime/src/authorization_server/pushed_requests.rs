//! The storage of pushed authorization requests: a fixed number of slots, so that clients cannot fill the vault.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::authorization_server::StoreFailure;
use crate::authorization_server::client::Client;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::claims::NumericDate;
use crate::relying_party::hash_text;
use crate::relying_party::vault::{RecordId, TokenVault, VaultError};
use crate::secret::Secret;

/// The time for which a pushed request can be used ([RFC 9126 §2.2]).
///
/// [RFC 9126 §2.2]: https://www.rfc-editor.org/rfc/rfc9126#section-2.2
pub(super) const PUSHED_LIFETIME: Duration = Duration::from_secs(90);

/// The same time in seconds, after which a client that was refused may try again.
const RETRY_AFTER: u16 = 90;

/// The maximum number of slots that one request looks at.
const PROBES: u32 = 16;

/// The length of the secret part of a name, in bytes.
const SECRET: usize = 32;

/// How many pushed requests wait for their browsers at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PushedRequestLimits {
    pub(super) per_client: u32,
    pub(super) total: u32,
}

/// The pushed requests in a vault.
///
/// Public clients and confidential clients have separate slots. A client uses a fixed selection of them, which spreads over
/// all slots: a client that fills its own leaves most slots of each other client free.
#[derive(Clone, Debug)]
pub(super) struct PushedRequests {
    vault: TokenVault,
    issuer: String,
    limits: PushedRequestLimits,
}

/// The content of a slot.
#[derive(Serialize, Deserialize)]
struct StoredRequest {
    client_id: String,
    /// The hash of the secret part of the name.
    name: String,
    parameters: Vec<(String, String)>,
}

/// The slots of one client.
struct Slots {
    first: u64,
    stride: u64,
    limits: PushedRequestLimits,
}

impl PushedRequests {
    pub(super) fn new(vault: TokenVault, issuer: String, limits: PushedRequestLimits) -> Self {
        Self {
            vault,
            issuer,
            limits,
        }
    }

    /// Stores the parameters of a request, and returns its name, which is a secret.
    ///
    /// # Errors
    ///
    /// Returns an error with the status 429 if the slots of the client are occupied, and `temporarily_unavailable` if the vault
    /// is unavailable or full.
    pub(super) async fn store(
        &self,
        client: &Client,
        parameters: Vec<(String, String)>,
        now: NumericDate,
    ) -> Result<String, OAuthFailure> {
        let (start, secret) = random().ok_or(StoreFailure(VaultError::NoRandomBytes))?;
        let request = StoredRequest {
            client_id: client.id().to_owned(),
            name: hash_text(&URL_SAFE_NO_PAD.encode(secret)),
            parameters,
        };
        let value = serde_json::to_vec(&request).map_err(|_| StoreFailure(VaultError::TooLong))?;
        let value = Secret::new(value);
        let until = now.saturating_add(PUSHED_LIFETIME);
        let slots = Slots::of(client.id(), self.limits);
        for probe in 0..PROBES.min(self.limits.per_client) {
            let slot = slots.nth(start.wrapping_add(probe));
            let id = self.id(client, slot)?;
            let stored = self.vault.read(&id).await.map_err(StoreFailure)?;
            if stored
                .as_ref()
                .is_some_and(|stored| !is_expired(stored.expires_at(), now))
            {
                continue;
            }
            let version = stored.map(|stored| stored.version());
            match self.vault.write(&id, version, &value, Some(until)).await {
                Ok(_) => return Ok(name(slot, &secret)),
                Err(VaultError::Conflict) => {}
                Err(error) => return Err(StoreFailure(error).into()),
            }
        }
        Err(OAuthFailure::new(
            ErrorCode::TemporarilyUnavailable,
            "too many pushed requests of the client wait for their browsers",
        )
        .with_retry_after(RETRY_AFTER))
    }

    /// Removes the request of this name and client, and returns its parameters: of several calls, one receives them.
    ///
    /// # Errors
    ///
    /// Returns `temporarily_unavailable` if the vault is unavailable.
    pub(super) async fn take(
        &self,
        client: &Client,
        name: &str,
        now: NumericDate,
    ) -> Result<Option<Vec<(String, String)>>, OAuthFailure> {
        let Some((slot, secret)) = read_name(name) else {
            return Ok(None);
        };
        let id = self.id(client, slot)?;
        let stored = self.vault.read(&id).await.map_err(StoreFailure)?;
        let Some(stored) = stored.filter(|stored| !is_expired(stored.expires_at(), now)) else {
            return Ok(None);
        };
        let request: Option<StoredRequest> = serde_json::from_slice(stored.value().expose()).ok();
        let hash = hash_text(&URL_SAFE_NO_PAD.encode(secret));
        let request = request.filter(|request| {
            let is_named = verify_slices_are_equal(request.name.as_bytes(), hash.as_bytes());
            is_named.is_ok() && request.client_id == client.id()
        });
        let Some(request) = request else {
            return Ok(None);
        };
        match self.vault.remove_version(&id, stored.version()).await {
            Ok(()) => Ok(Some(request.parameters)),
            Err(VaultError::Conflict) => Ok(None),
            Err(error) => Err(StoreFailure(error).into()),
        }
    }

    fn id(&self, client: &Client, slot: u32) -> Result<RecordId, StoreFailure> {
        let kind = if client.credential().is_confidential() {
            "pushed request"
        } else {
            "pushed request of a public client"
        };
        let id = RecordId::new(&*self.issuer, &*self.issuer, kind);
        let id = id.and_then(|id| id.detail(slot.to_string()));
        id.map_err(|_| StoreFailure(VaultError::TooLong))
    }
}

impl Slots {
    fn of(client_id: &str, limits: PushedRequestLimits) -> Self {
        let hash = digest(&SHA256, client_id.as_bytes());
        let (first, rest) = hash.as_ref().split_at(8);
        let number = |bytes: &[u8]| bytes.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b));
        let total = u64::from(limits.total);
        // a stride without a common divisor visits each slot once
        let mut stride = number(rest) % total + 1;
        while common_divisor(stride, total) != 1 {
            stride += 1;
        }
        Self {
            first: number(first) % total,
            stride,
            limits,
        }
    }

    fn nth(&self, number: u32) -> u32 {
        let number = u64::from(number % self.limits.per_client);
        let slot = (self.first + number * self.stride) % u64::from(self.limits.total);
        u32::try_from(slot).unwrap_or_default()
    }
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn random() -> Option<(u32, [u8; SECRET])> {
    let (mut start, mut secret) = ([0; 4], [0; SECRET]);
    rand::fill(&mut start).ok()?;
    rand::fill(&mut secret).ok()?;
    Some((u32::from_be_bytes(start), secret))
}

fn name(slot: u32, secret: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode([&slot.to_be_bytes(), secret].concat())
}

fn read_name(name: &str) -> Option<(u32, [u8; SECRET])> {
    let mut bytes = [0; 4 + SECRET];
    let len = URL_SAFE_NO_PAD.decode_slice(name, &mut bytes).ok()?;
    let (slot, secret) = bytes.get(..len)?.split_first_chunk()?;
    Some((u32::from_be_bytes(*slot), secret.try_into().ok()?))
}

fn is_expired(until: Option<NumericDate>, now: NumericDate) -> bool {
    until.is_none_or(|until| until <= now)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn slots(client_id: &str, per_client: u32, total: u32) -> BTreeSet<u32> {
        let slots = Slots::of(client_id, PushedRequestLimits { per_client, total });
        (0..per_client * 2)
            .map(|number| slots.nth(number))
            .collect()
    }

    #[test]
    fn client_has_as_many_slots_as_its_limit() {
        for (per_client, total) in [(1, 1), (1, 2), (3, 4), (6, 6), (16, 1_000), (500, 2_000)] {
            for client in ["spa", "web", "https://agents.example/client"] {
                let slots = slots(client, per_client, total);
                assert_eq!(
                    slots.len(),
                    per_client as usize,
                    "{client} {per_client} {total}"
                );
                assert!(slots.iter().all(|slot| *slot < total), "{client}");
            }
        }
    }

    /// A client that fills its slots leaves most of another client's free.
    #[test]
    fn clients_share_few_slots() {
        let spa = slots("spa", 500, 2_000);
        for number in 0..100 {
            let other = slots(&format!("client {number}"), 500, 2_000);
            let shared = spa.intersection(&other).count();
            assert!(shared < 300, "{number}: {shared}");
        }
    }

    #[test]
    fn text_that_is_no_name_is_refused() {
        let valid = name(7, &[1; SECRET]);
        assert_eq!(read_name(&valid), Some((7, [1; SECRET])));
        let (long, short) = (format!("{valid}AAAA"), valid.get(4..).unwrap());
        for text in ["", "7", &long, short, &valid.replace('A', "+")] {
            assert_eq!(read_name(text), None, "{text}");
        }
    }
}
