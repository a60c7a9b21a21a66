//! A person's login: tokens in a record of a vault that several processes share, and their refresh ([RFC 6749 §6]).
//!
//! A provider that rotates refresh tokens ends the login if one is used twice ([RFC 9700 §4.14.2]). Therefore a process
//! refreshes under the lock of the record, after it has read the record again, and stores the new refresh token
//! before the new access token is used.
//!
//! [RFC 6749 §6]: https://www.rfc-editor.org/rfc/rfc6749#section-6
//! [RFC 9700 §4.14.2]: https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::claims::NumericDate;
use crate::relying_party::RelyingParty;
use crate::relying_party::token_endpoint::Grant as GrantType;
use crate::relying_party::token_source::error::TokenSourceError;
use crate::relying_party::token_source::requester::Requester;
use crate::relying_party::token_source::tokens::{AccessToken, GrantTokens};
use crate::relying_party::vault::{RecordId, RecordVersion, TokenVault};

/// The maximum time of a wait for the record's lock: longer than a request to the provider takes.
const LOCK_WAIT: Duration = Duration::from_secs(30);

/// The number of attempts to store refreshed tokens at once.
const WRITE_ATTEMPTS: usize = 3;

/// The record of a login.
pub(super) struct Grant {
    vault: TokenVault,
    id: RecordId,
    /// Refreshed tokens that could not be stored, with the version of the record that they replace.
    unsaved: Mutex<Option<(RecordVersion, GrantTokens)>>,
}

/// The tokens of a record, with what a write to it needs.
struct Stored {
    tokens: GrantTokens,
    version: RecordVersion,
    expires_at: Option<NumericDate>,
}

impl Grant {
    pub(super) fn new(vault: TokenVault, id: RecordId) -> Self {
        Self {
            vault,
            id,
            unsaved: Mutex::new(None),
        }
    }

    /// Returns the token of the record, or refreshes it.
    pub(super) async fn obtain(
        &self,
        requester: &Requester,
        rejected: Option<&AccessToken>,
    ) -> Result<AccessToken, TokenSourceError> {
        let _lock = self.vault.lock(&self.id, LOCK_WAIT).await?;
        let Some(stored) = self.read().await? else {
            return Err(TokenSourceError::Ended);
        };
        let token = &stored.tokens.access;
        let is_rejected = rejected.is_some_and(|rejected| token.is(rejected));
        if token.is_fresh(requester.now()) && !is_rejected {
            return Ok(token.clone());
        }
        let Some(refresh_token) = &stored.tokens.refresh else {
            let is_usable = !token.is_expired(requester.now()) && !is_rejected;
            return is_usable
                .then(|| token.clone())
                .ok_or(TokenSourceError::Ended);
        };
        let requested_at = requester.now();
        let grant = GrantType::RefreshToken(refresh_token);
        match requester.request(grant).await {
            Ok(response) => {
                let refreshed = stored.tokens.refreshed(&response, requested_at);
                let token = refreshed.access.clone();
                self.store(refreshed, stored.version, stored.expires_at)
                    .await?;
                Ok(token)
            }
            Err(error) if error.is_invalid_grant() => {
                report_ended(requester.relying_party.provider().issuer());
                self.vault.remove(&self.id).await?;
                Err(TokenSourceError::Ended)
            }
            // the token of the record may be newer than that of this process
            Err(error)
                if error.is_retryable() && !is_rejected && !token.is_expired(requester.now()) =>
            {
                Ok(token.clone())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the record, and revokes its refresh token, or its access token without one.
    pub(super) async fn revoke(
        &self,
        relying_party: &RelyingParty,
    ) -> Result<(), TokenSourceError> {
        let _lock = self.vault.lock(&self.id, LOCK_WAIT).await?;
        let Some(Stored { tokens, .. }) = self.read().await? else {
            return Ok(());
        };
        self.vault.remove(&self.id).await?;
        let (token, hint) = match &tokens.refresh {
            Some(token) => (token, "refresh_token"),
            None => (tokens.access.secret(), "access_token"),
        };
        Ok(relying_party.revoke(token, hint).await?)
    }

    /// Reads the record, after storing tokens that replace it.
    async fn read(&self) -> Result<Option<Stored>, TokenSourceError> {
        let Some(record) = self.vault.read(&self.id).await? else {
            return Ok(None);
        };
        let (version, expires_at) = (record.version(), record.expires_at());
        let unsaved = self.unsaved().take();
        if let Some((_, tokens)) = unsaved.filter(|(replaced, _)| *replaced == version) {
            let version = self.store(tokens.clone(), version, expires_at).await?;
            return Ok(Some(Stored {
                tokens,
                version,
                expires_at,
            }));
        }
        let tokens = GrantTokens::decode(record.value().expose());
        Ok(Some(Stored {
            tokens: tokens.ok_or(TokenSourceError::Format)?,
            version,
            expires_at,
        }))
    }

    /// Stores tokens, and returns the record's new version; keeps them if the store is unavailable.
    async fn store(
        &self,
        tokens: GrantTokens,
        replaced: RecordVersion,
        expires_at: Option<NumericDate>,
    ) -> Result<RecordVersion, TokenSourceError> {
        let value = tokens.encode();
        let write = || {
            let vault = &self.vault;
            vault.write(&self.id, Some(replaced), &value, expires_at)
        };
        let mut written = write().await;
        for _ in 1..WRITE_ATTEMPTS {
            if written.is_ok() {
                break;
            }
            written = write().await;
        }
        if written.is_err() {
            *self.unsaved() = Some((replaced, tokens));
        }
        Ok(written?)
    }

    fn unsaved(&self) -> MutexGuard<'_, Option<(RecordVersion, GrantTokens)>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reports that the provider rejected a refresh token: it is expired, revoked, or was used by another client.
fn report_ended(issuer: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "palisade::relying_party",
        event = "grant_ended",
        issuer,
        "the provider rejected a refresh token"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = issuer;
}
