//! Issuing and redeeming codes, and refreshing.

use std::time::Duration;

use crate::audit::{GrantContext, emit_reused};
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::authorization_server::grant::credential::{GrantCredential, GrantId, GrantSecret, Use};
use crate::authorization_server::grant::record::{
    Authorization, GrantRecord, GrantState, RefreshPolicy,
};
use crate::authorization_server::grant::transition::{self, INVALID, PresentedCode, Transition};
use crate::authorization_server::grant::user_logins::IssueError;
use crate::authorization_server::pkce::CodeChallenge;
use crate::authorization_server::{StoreFailure, report};
use crate::claims::NumericDate;
use crate::relying_party::vault::{RecordId, RecordVersion, TokenVault, VaultError};
use crate::secret::Secret;

/// The lifetime of a code.
const CODE_LIFETIME: Duration = Duration::from_mins(1);

/// How often a change is repeated because another request was faster.
const ATTEMPTS: usize = 16;

/// The authorizations in a vault.
#[derive(Clone, Debug)]
pub(in crate::authorization_server) struct Grants {
    pub(super) vault: TokenVault,
    pub(super) issuer: String,
    /// The lifetime of refresh tokens.
    pub(super) lifetime: Duration,
    /// The maximum number of logins of a user.
    pub(super) max_logins: usize,
}

/// The outcome of redeeming a code or a refresh token.
#[derive(Debug)]
pub(in crate::authorization_server) struct Redeemed<T> {
    pub(in crate::authorization_server) id: GrantId,
    pub(in crate::authorization_server) authorization: Authorization,
    /// The requested part of the authorization.
    pub(in crate::authorization_server) narrowed: T,
    /// The refresh token, unless the one of the request remains.
    pub(in crate::authorization_server) refresh_token: Option<String>,
}

/// A record that was read.
struct Stored {
    record: GrantRecord,
    version: RecordVersion,
}

impl Grants {
    pub(in crate::authorization_server) fn new(
        vault: TokenVault,
        issuer: String,
        lifetime: Duration,
        max_logins: usize,
    ) -> Self {
        Self {
            vault,
            issuer,
            lifetime,
            max_logins,
        }
    }

    /// Stores an authorization, and returns its code, which is valid for 60 s.
    ///
    /// # Errors
    ///
    /// Returns an error if the logins of the user were revoked after this one, or if the vault is unavailable.
    pub(in crate::authorization_server) async fn issue_code(
        &self,
        client_id: &str,
        redirect_uri: &str,
        challenge: &CodeChallenge,
        authorization: Authorization,
        now: NumericDate,
    ) -> Result<(GrantId, String), IssueError> {
        let (id, secret) = GrantId::random()
            .zip(GrantSecret::random())
            .ok_or(VaultError::NoRandomBytes)?;
        let state = GrantState::Code {
            challenge: challenge.to_text(),
            redirect_uri: redirect_uri.to_owned(),
            expires_at: now.saturating_add(CODE_LIFETIME).as_secs(),
        };
        let record = GrantRecord::new(&secret, authorization, state, now);
        let written = self.write(client_id, id, None, &record).await;
        written.map_err(IssueError::Store)?;
        // without the code, which only follows now, the record of an interrupted request is of no use to anyone
        let added = self
            .add_login(client_id, id, &record.authorization, now)
            .await;
        if let Err(error) = added {
            self.remove(client_id, id).await?;
            return Err(error);
        }
        Ok((id, secret.derive(id, Use::Code, 0)))
    }

    /// Redeems a code, once. A second time, the tokens of the first one are revoked.
    ///
    /// The code is used up after everything else is verified, so that a wrong request does not end the login of the
    /// right client. `narrow` is the last check: it returns the requested part of the authorization.
    ///
    /// # Errors
    ///
    /// Returns `invalid_grant` if the code is not a valid one of this client, or the redirect URI or the code verifier are
    /// not those of its authorization request, and the error of `narrow`.
    pub(in crate::authorization_server) async fn redeem_code<T>(
        &self,
        client_id: &str,
        presented: PresentedCode<'_>,
        policy: &RefreshPolicy,
        now: NumericDate,
        narrow: impl Fn(&Authorization) -> Result<T, OAuthFailure>,
    ) -> Result<Redeemed<T>, OAuthFailure> {
        let code = GrantCredential::read(presented.code).ok_or(INVALID)?;
        let transition = |record: &GrantRecord, secret: &GrantSecret| {
            transition::redeem(record, secret, &code, presented, policy, now)
        };
        self.change(client_id, code.id, transition, narrow).await
    }

    /// Uses a refresh token. A request that `narrow` refuses replaces nothing, because its client receives no successor.
    ///
    /// # Errors
    ///
    /// Returns `invalid_grant` if the token is not a valid one of this client, and the error of `narrow`.
    pub(in crate::authorization_server) async fn refresh<T>(
        &self,
        client_id: &str,
        token: &str,
        policy: &RefreshPolicy,
        now: NumericDate,
        narrow: impl Fn(&Authorization) -> Result<T, OAuthFailure>,
    ) -> Result<Redeemed<T>, OAuthFailure> {
        let token = GrantCredential::read(token).ok_or(INVALID)?;
        let transition = |record: &GrantRecord, secret: &GrantSecret| {
            transition::refresh(record, secret, &token, policy, now)
        };
        self.change(client_id, token.id, transition, narrow).await
    }

    /// Changes a record as a request demands. A change by another request in between repeats it, with the new record.
    async fn change<T>(
        &self,
        client_id: &str,
        id: GrantId,
        transition: impl Fn(&GrantRecord, &GrantSecret) -> Result<Transition, OAuthFailure>,
        narrow: impl Fn(&Authorization) -> Result<T, OAuthFailure>,
    ) -> Result<Redeemed<T>, OAuthFailure> {
        for _ in 0..ATTEMPTS {
            let Stored {
                mut record,
                version,
            } = self.read(client_id, id).await?;
            let secret = record.secret().ok_or(INVALID)?;
            let transition = transition(&record, &secret)?;
            if let Transition::Reuse(reason) = transition {
                self.revoke_reused(client_id, id, reason).await;
                return Err(INVALID);
            }
            let narrowed = narrow(&record.authorization)?;
            let refresh_token = match transition {
                Transition::Replace(state, refresh_token) => {
                    record.state = state;
                    if !self.replace(client_id, id, version, &record).await? {
                        continue;
                    }
                    Some(refresh_token)
                }
                Transition::Keep(refresh_token) => refresh_token,
                Transition::Reuse(_) => return Err(INVALID),
            };
            return Ok(Redeemed {
                id,
                authorization: record.authorization.clone(),
                narrowed,
                refresh_token,
            });
        }
        Err(busy())
    }

    /// Revokes the authorization of a refresh token, and returns it; `None` if the token is not one of this client.
    ///
    /// # Errors
    ///
    /// Returns `temporarily_unavailable` if the vault is unavailable: the token may still be valid.
    pub(in crate::authorization_server) async fn revoke(
        &self,
        client_id: &str,
        token: &str,
    ) -> Result<Option<GrantId>, OAuthFailure> {
        let Some(credential) = GrantCredential::read(token) else {
            return Ok(None);
        };
        let stored = match self.read(client_id, credential.id).await {
            Err(failure) if failure == INVALID => return Ok(None),
            stored => stored?,
        };
        let secret = stored.record.secret();
        if !secret.is_some_and(|secret| secret.has_derived(&credential, Use::Refresh)) {
            return Ok(None);
        }
        let removed = self.remove(client_id, credential.id).await;
        removed.map_err(StoreFailure)?;
        Ok(Some(credential.id))
    }

    /// Returns the authorization of a refresh token and its end, if the token is the current one of this client.
    ///
    /// # Errors
    ///
    /// Returns `temporarily_unavailable` if the vault is unavailable.
    pub(in crate::authorization_server) async fn find(
        &self,
        client_id: &str,
        token: &str,
        now: NumericDate,
    ) -> Result<Option<(Authorization, NumericDate)>, OAuthFailure> {
        let Some(credential) = GrantCredential::read(token) else {
            return Ok(None);
        };
        let stored = match self.read(client_id, credential.id).await {
            Err(failure) if failure == INVALID => return Ok(None),
            stored => stored?,
        };
        let record = &stored.record;
        let GrantState::Active { number, until, .. } = record.state else {
            return Ok(None);
        };
        let secret = record.secret();
        let is_authentic =
            secret.is_some_and(|secret| secret.has_derived(&credential, Use::Refresh));
        let is_current = credential.number == number && now.as_secs() < until;
        Ok((is_authentic && is_current)
            .then(|| (record.authorization.clone(), NumericDate::from_secs(until))))
    }

    /// Returns whether an authorization has not been revoked.
    ///
    /// # Errors
    ///
    /// Returns `temporarily_unavailable` if the vault is unavailable.
    pub(in crate::authorization_server) async fn is_active(
        &self,
        client_id: &str,
        id: GrantId,
    ) -> Result<bool, OAuthFailure> {
        match self.read(client_id, id).await {
            Ok(stored) => Ok(matches!(stored.record.state, GrantState::Active { .. })),
            Err(failure) if failure == INVALID => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Revokes an authorization whose code or refresh token was used again.
    ///
    /// The request is refused in any case. If the vault fails, the error is reported: the tokens stay valid.
    async fn revoke_reused(&self, client_id: &str, id: GrantId, reason: &'static str) {
        let grant = id.to_text();
        let context = GrantContext {
            issuer: &self.issuer,
            client_id: Some(client_id),
            grant: Some(&grant),
        };
        emit_reused(context, reason);
        if let Err(error) = self.remove(client_id, id).await {
            report(&error);
        }
    }

    /// Removes an authorization, and returns whether it existed.
    pub(super) async fn remove(&self, client_id: &str, id: GrantId) -> Result<bool, VaultError> {
        let id = self.record_id(client_id, id).ok_or(VaultError::TooLong)?;
        self.vault.remove(&id).await
    }

    /// Returns the end of everything that an authorization of now gives.
    pub(super) fn last(&self, now: NumericDate) -> NumericDate {
        now.saturating_add(CODE_LIFETIME)
            .saturating_add(self.lifetime)
    }

    async fn read(&self, client_id: &str, id: GrantId) -> Result<Stored, OAuthFailure> {
        let id = self.record_id(client_id, id).ok_or(INVALID)?;
        let record = self.vault.read(&id).await.map_err(StoreFailure::from)?;
        let record = record.ok_or(INVALID)?;
        let version = record.version();
        let record: GrantRecord =
            serde_json::from_slice(record.value().expose()).map_err(|error| {
                report(&error);
                INVALID
            })?;
        let revoked_at = self.client_revoked_at(client_id).await;
        let revoked_at = revoked_at.map_err(StoreFailure)?;
        if revoked_at.is_some_and(|revoked_at| record.created_at() <= revoked_at) {
            return Err(INVALID);
        }
        Ok(Stored { record, version })
    }

    /// Replaces the record that was read; returns `false` if another request was faster.
    async fn replace(
        &self,
        client_id: &str,
        id: GrantId,
        version: RecordVersion,
        record: &GrantRecord,
    ) -> Result<bool, OAuthFailure> {
        match self.write(client_id, id, Some(version), record).await {
            Ok(()) => Ok(true),
            Err(StoreFailure(VaultError::Conflict)) => Ok(false),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn write(
        &self,
        client_id: &str,
        id: GrantId,
        expected: Option<RecordVersion>,
        record: &GrantRecord,
    ) -> Result<(), StoreFailure> {
        let id = self.record_id(client_id, id).ok_or(VaultError::TooLong)?;
        let value = serde_json::to_vec(record).map_err(|_| VaultError::TooLong)?;
        let expires_at = Some(record.expires_at());
        self.vault
            .write(&id, expected, &Secret::new(value), expires_at)
            .await?;
        Ok(())
    }

    fn record_id(&self, client_id: &str, id: GrantId) -> Option<RecordId> {
        let record = RecordId::new(&*self.issuer, client_id, "grant").ok()?;
        record.detail(id.to_text()).ok()
    }
}

fn busy() -> OAuthFailure {
    OAuthFailure::new(
        ErrorCode::TemporarilyUnavailable,
        "too many requests use this code or refresh token",
    )
}
