//! A person's login: tokens in a record that several processes share, and their refresh ([RFC 6749 §6]).
//!
//! A provider that rotates refresh tokens ends the login if one is used twice ([RFC 9700 §4.14.2]). Therefore a process
//! refreshes under the lock of the record, after it has read the record again, and stores the new refresh token
//! before the new access token is used.
//!
//! [RFC 6749 §6]: https://www.rfc-editor.org/rfc/rfc6749#section-6
//! [RFC 9700 §4.14.2]: https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2

use std::sync::Mutex;
use std::time::Duration;

use crate::relying_party::RelyingParty;
use crate::relying_party::token_endpoint::Grant as GrantType;
use crate::relying_party::token_source::error::TokenSourceError;
use crate::relying_party::token_source::record::GrantRecord;
use crate::relying_party::token_source::requester::Requester;
use crate::relying_party::token_source::tokens::{AccessToken, GrantTokens};

/// The maximum time of a wait for the record's lock: longer than a request to the provider takes.
const LOCK_WAIT: Duration = Duration::from_secs(30);

/// The number of attempts to store refreshed tokens at once.
const WRITE_ATTEMPTS: usize = 3;

/// The record of a login.
pub(super) struct Grant {
    record: Box<dyn GrantRecord>,
    /// Refreshed tokens that could not be stored, with the version of the record that they replace.
    unsaved: Mutex<Option<(u64, GrantTokens)>>,
}

impl Grant {
    pub(super) fn new(record: Box<dyn GrantRecord>) -> Self {
        Self {
            record,
            unsaved: Mutex::new(None),
        }
    }

    /// Returns the token of the record, or refreshes it.
    pub(super) async fn obtain(
        &self,
        requester: &Requester,
        rejected: Option<&AccessToken>,
    ) -> Result<AccessToken, TokenSourceError> {
        let _lock = self.record.lock(LOCK_WAIT).await?;
        let Some((version, tokens)) = self.read().await? else {
            return Err(TokenSourceError::Ended);
        };
        let token = &tokens.access;
        let is_rejected = rejected.is_some_and(|rejected| token.is(rejected));
        if token.is_fresh(requester.now()) && !is_rejected {
            return Ok(token.clone());
        }
        let Some(refresh_token) = &tokens.refresh else {
            let is_usable = !token.is_expired(requester.now()) && !is_rejected;
            return is_usable
                .then(|| token.clone())
                .ok_or(TokenSourceError::Ended);
        };
        let requested_at = requester.now();
        let grant = GrantType::RefreshToken(refresh_token);
        match requester.request(grant).await {
            Ok(response) => {
                let refreshed = tokens.refreshed(&response, requested_at);
                let token = refreshed.access.clone();
                self.store(version, refreshed).await?;
                Ok(token)
            }
            Err(error) if error.is_invalid_grant() => {
                report_ended(requester.relying_party.provider().issuer());
                self.record.remove(version).await?;
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
        let _lock = self.record.lock(LOCK_WAIT).await?;
        let Some((version, tokens)) = self.read().await? else {
            return Ok(());
        };
        self.record.remove(version).await?;
        let (token, hint) = match &tokens.refresh {
            Some(token) => (token, "refresh_token"),
            None => (tokens.access.secret(), "access_token"),
        };
        Ok(relying_party.revoke(token, hint).await?)
    }

    /// Reads the record, after storing tokens that replace it.
    async fn read(&self) -> Result<Option<(u64, GrantTokens)>, TokenSourceError> {
        let Some(record) = self.record.read().await? else {
            return Ok(None);
        };
        if let Some((version, tokens)) = self.take_unsaved().filter(|(of, _)| *of == record.version)
        {
            let version = self.store(version, tokens.clone()).await?;
            return Ok(Some((version, tokens)));
        }
        let tokens = GrantTokens::decode(&record.bytes).ok_or(TokenSourceError::Format)?;
        Ok(Some((record.version, tokens)))
    }

    /// Stores tokens, and returns the record's new version; keeps them if the store is unavailable.
    async fn store(&self, version: u64, tokens: GrantTokens) -> Result<u64, TokenSourceError> {
        let bytes = tokens.encode();
        let mut stored = self.record.write(version, &bytes).await;
        for _ in 1..WRITE_ATTEMPTS {
            if stored.is_ok() {
                break;
            }
            stored = self.record.write(version, &bytes).await;
        }
        if stored.is_err() {
            *self.unsaved() = Some((version, tokens));
        }
        Ok(stored?)
    }

    fn take_unsaved(&self) -> Option<(u64, GrantTokens)> {
        self.unsaved().take()
    }

    fn unsaved(&self) -> std::sync::MutexGuard<'_, Option<(u64, GrantTokens)>> {
        self.unsaved
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
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
