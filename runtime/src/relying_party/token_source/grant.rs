//! A person's login: tokens in a record of a vault that several processes share, and their refresh ([RFC 6749 §6]).
//!
//! A provider that rotates refresh tokens ends the login if one is used twice ([RFC 9700 §4.14.2]). Therefore a process
//! refreshes under the lock of the record, after it has read the record again, and stores the new refresh token
//! before the new access token is used.
//!
//! [RFC 6749 §6]: https://www.rfc-editor.org/rfc/rfc6749#section-6
//! [RFC 9700 §4.14.2]: https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::claims::NumericDate;
use crate::relying_party::RelyingParty;
use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::id_token::IdTokenValidator;
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::token_response::{RotatedToken, TokenResponse};
use crate::relying_party::token_source::error::TokenSourceError;
use crate::relying_party::token_source::requester::Requester;
use crate::relying_party::token_source::tokens::{AccessToken, GrantTokens};
use crate::relying_party::vault::{RecordId, RecordVersion, TokenVault, VaultError};
use crate::secret::Secret;

/// The maximum time of a wait for the record's lock: longer than a request to the provider takes.
const LOCK_WAIT: Duration = Duration::from_secs(30);

/// The number of attempts to store refreshed tokens at once.
const WRITE_ATTEMPTS: usize = 3;

/// The record of a login.
pub(super) struct Grant {
    vault: TokenVault,
    id: RecordId,
    /// Validates the ID tokens of responses; without it, none of them is valid.
    id_tokens: Option<Arc<IdTokenValidator>>,
    /// Refreshed tokens that could not be stored, with the version of the record that they replace.
    unsaved: Mutex<Option<(RecordVersion, GrantTokens)>>,
}

/// A usable token.
pub(super) struct Obtained {
    pub(super) token: AccessToken,
    /// The error because of which the token was not replaced, although it expires soon.
    pub(super) failed: Option<TokenSourceError>,
}

impl From<AccessToken> for Obtained {
    fn from(token: AccessToken) -> Self {
        Self {
            token,
            failed: None,
        }
    }
}

/// The tokens of a record, with what a write to it needs.
struct Stored {
    tokens: GrantTokens,
    version: RecordVersion,
    expires_at: Option<NumericDate>,
}

impl Grant {
    pub(super) fn new(
        vault: TokenVault,
        id: RecordId,
        id_tokens: Option<Arc<IdTokenValidator>>,
    ) -> Self {
        Self {
            vault,
            id,
            id_tokens,
            unsaved: Mutex::new(None),
        }
    }

    /// Returns the token of the record, or refreshes it.
    ///
    /// `recent` is the error of a refresh after which it is too early for another one.
    pub(super) async fn obtain(
        &self,
        requester: &Requester,
        rejected: Option<&AccessToken>,
        recent: Option<TokenSourceError>,
    ) -> Result<Obtained, TokenSourceError> {
        let _lock = self.vault.lock(&self.id, LOCK_WAIT).await?;
        let Some(stored) = self.read().await? else {
            return Err(TokenSourceError::Ended);
        };
        let token = &stored.tokens.access;
        let is_rejected = rejected.is_some_and(|rejected| token.is(rejected));
        if token.is_fresh(requester.now()) && !is_rejected {
            return Ok(token.clone().into());
        }
        let Some(refresh_token) = &stored.tokens.refresh else {
            let is_usable = !token.is_expired(requester.now()) && !is_rejected;
            let token = is_usable.then(|| token.clone().into());
            return token.ok_or(TokenSourceError::Ended);
        };
        let error = match recent {
            Some(error) => error,
            None => match self.refresh(&stored, refresh_token, requester).await? {
                Ok(token) => return Ok(token.into()),
                Err(error) if error.is_invalid_grant() => {
                    report_ended(requester.relying_party.provider().issuer());
                    return Ok(self.end(&stored, requester, rejected).await?.into());
                }
                Err(error) => error.into(),
            },
        };
        // the token of the record may be newer than that of this process
        let is_usable = error.is_retryable() && !is_rejected && !token.is_expired(requester.now());
        if is_usable {
            Ok(Obtained {
                token: token.clone(),
                failed: Some(error),
            })
        } else {
            Err(error)
        }
    }

    /// Refreshes the tokens of the record. The inner error is the provider's.
    async fn refresh(
        &self,
        stored: &Stored,
        refresh_token: &Secret,
        requester: &Requester,
    ) -> Result<Result<AccessToken, EndpointError>, TokenSourceError> {
        let requested_at = requester.now();
        let scopes = stored.tokens.access.scopes();
        let failed = match requester.refresh(refresh_token, scopes).await {
            Ok(response) => return Ok(Ok(self.accept(stored, &response, requested_at).await?)),
            Err(failed) => failed,
        };
        if let Some(RotatedToken {
            refresh_token,
            has_id_token,
        }) = failed.rotated
        {
            let rotated = stored.tokens.rotated(refresh_token, has_id_token);
            self.store(rotated, stored.version, stored.expires_at)
                .await?;
        }
        Ok(Err(failed.error))
    }

    /// Stores the tokens of a response, and returns its access token.
    async fn accept(
        &self,
        stored: &Stored,
        response: &TokenResponse,
        requested_at: NumericDate,
    ) -> Result<AccessToken, TokenSourceError> {
        if let Err(error) = self.check_id_token(&stored.tokens, response).await {
            let issued = response.refresh_token();
            if let Some(refresh_token) = issued.or(stored.tokens.refresh.as_ref()) {
                let rotated = stored.tokens.rotated(refresh_token.clone(), true);
                self.store(rotated, stored.version, stored.expires_at)
                    .await?;
            }
            return Err(error.into());
        }
        let refreshed = stored.tokens.refreshed(response, requested_at);
        let token = refreshed.access.clone();
        self.store(refreshed, stored.version, stored.expires_at)
            .await?;
        Ok(token)
    }

    /// Checks that the ID token of a response, if it has one, is about the login of the record.
    ///
    /// Otherwise, the tokens of another user could get into the session.
    async fn check_id_token(
        &self,
        tokens: &GrantTokens,
        response: &TokenResponse,
    ) -> Result<(), IdTokenError> {
        if self.id_tokens.is_none() && tokens.id.is_none() {
            // access without a login: an ID token has no meaning
            return Ok(());
        }
        let Some(id_token) = response.unverified_id_token() else {
            return if tokens.is_unconfirmed {
                Err(IdTokenError::Missing)
            } else {
                Ok(())
            };
        };
        let validator = self.id_tokens.as_ref().ok_or(IdTokenError::Missing)?;
        let original = tokens.id.as_ref().ok_or(IdTokenError::Missing)?;
        let access_token = response.access_token().expose();
        validator
            .validate_refreshed(id_token.expose(), original, access_token)
            .await
    }

    /// Removes the record whose refresh token the provider has rejected, unless it was replaced in the meantime.
    ///
    /// The lock of a record can be lost, for example with its file. The process that has refreshed the tokens then keeps
    /// the login.
    async fn end(
        &self,
        tried: &Stored,
        requester: &Requester,
        rejected: Option<&AccessToken>,
    ) -> Result<AccessToken, TokenSourceError> {
        match self.vault.remove_version(&self.id, tried.version).await {
            Ok(()) => return Err(TokenSourceError::Ended),
            Err(VaultError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        let newer = self.read().await?.ok_or(TokenSourceError::Ended)?;
        let token = newer.tokens.access;
        let is_rejected = rejected.is_some_and(|rejected| token.is(rejected));
        if token.is_fresh(requester.now()) && !is_rejected {
            Ok(token)
        } else {
            Err(VaultError::Conflict.into())
        }
    }

    /// Replaces the record with the tokens of a new grant.
    pub(super) async fn put(&self, tokens: &GrantTokens) -> Result<(), TokenSourceError> {
        let _lock = self.vault.lock(&self.id, LOCK_WAIT).await?;
        self.vault.put(&self.id, &tokens.encode(), None).await?;
        Ok(())
    }

    /// Removes the record, and revokes its refresh token, or its access token without one.
    pub(super) async fn revoke(
        &self,
        relying_party: &RelyingParty,
    ) -> Result<(), TokenSourceError> {
        let Some(tokens) = self.remove().await? else {
            return Ok(());
        };
        let (token, hint) = match &tokens.refresh {
            Some(token) => (token, "refresh_token"),
            None => (tokens.access.secret(), "access_token"),
        };
        Ok(relying_party.revoke(token, hint).await?)
    }

    /// Removes the record, and returns its tokens.
    pub(super) async fn remove(&self) -> Result<Option<GrantTokens>, TokenSourceError> {
        // a refresh in flight ends first; without the lock, its tokens are not stored
        let _lock = self.vault.lock(&self.id, LOCK_WAIT).await.ok();
        let stored = self.read().await;
        self.vault.remove(&self.id).await?;
        *self.unsaved() = None;
        Ok(stored?.map(|stored| stored.tokens))
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
