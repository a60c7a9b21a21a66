//! The tokens of people who have logged in, in a vault under the keys of their sessions.
//!
//! `routes` stores and removes them; `token_source` refreshes them.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::claims::NumericDate;
use crate::relying_party::login::Logins;
use crate::relying_party::token_response::TokenResponse;
use crate::relying_party::token_source::{
    GrantRecord, GrantTokens, Operation, ReadRecord, RecordError, RecordGuard, TokenSource,
    TokenSourceError,
};
use crate::relying_party::vault::{RecordId, RecordVersion, TokenVault, VaultError};
use crate::secret::Secret;
use crate::session::Login;

/// The kind of the records.
const KIND: &str = "login tokens";

/// The tokens of people who have logged in. Clones share them.
///
/// [`LoginRoutes`](super::LoginRoutes) stores the tokens of each login in the vault, under the key of its session, until the
/// session ends.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::relying_party::{ApiClient, Login, LoginTokens};
///
/// #[secured(login)]
/// async fn list_orders(login: Login, State(tokens): State<LoginTokens>) -> Result<String, Problem> {
///     let unavailable = || Problem::new(StatusCode::BAD_GATEWAY);
///     let tokens = tokens.of(&login).map_err(|_| unavailable())?;
///     let orders = ApiClient::builder("https://orders.example.govt.nz", tokens).build();
///     let orders = orders.map_err(|_| unavailable())?;
///     let request = axum::http::Request::get("/orders").body(Vec::new()).map_err(|_| unavailable())?;
///     let response = orders.send(request).await.map_err(|_| unavailable())?;
///     Ok(String::from_utf8_lossy(response.body()).into_owned())
/// }
/// ```
#[derive(Clone)]
pub struct LoginTokens {
    logins: Logins,
    vault: TokenVault,
}

impl LoginTokens {
    /// Keeps the tokens of these logins in a vault.
    pub fn new(logins: &Logins, vault: TokenVault) -> Self {
        Self {
            logins: logins.clone(),
            vault,
        }
    }

    /// Returns the source of a person's access tokens, which refreshes them.
    ///
    /// Its tokens have the scopes and the resources that the login requested. After the session has ended, it has no token
    /// ([`TokenSourceError::Ended`]). Requests of the same session refresh under the lock of its record.
    ///
    /// # Errors
    ///
    /// Returns an error if the login is one at another provider, or of another client.
    pub fn of(&self, login: &Login) -> Result<TokenSource, TokenSourceError> {
        let record = self.record(login)?;
        Ok(self.logins.relying_party().grant_tokens(
            Box::new(record),
            self.logins.scopes().clone(),
            self.logins.resources().to_vec(),
        ))
    }

    /// Stores the tokens of a login whose session has started.
    pub(super) async fn store(
        &self,
        login: &Login,
        response: &TokenResponse,
    ) -> Result<(), TokenSourceError> {
        let record = self.record(login)?;
        let tokens = GrantTokens::of_login(response, self.logins.now());
        let value = Secret::new(&tokens.encode()[..]);
        let stored = self.vault.put(&record.id, &value, record.expires_at).await;
        stored.map(drop).map_err(|error| failed(error).into())
    }

    /// Returns the ID token of a login, which a logout at the provider sends as a hint.
    pub(super) async fn id_token(&self, login: &Login) -> Result<Option<Secret>, TokenSourceError> {
        let read = self.record(login)?.read().await?;
        let tokens = read.and_then(|read| GrantTokens::decode(&read.bytes));
        Ok(tokens.and_then(|tokens| tokens.id_token().cloned()))
    }

    fn record(&self, login: &Login) -> Result<LoginRecord, TokenSourceError> {
        let is_same =
            login.issuer() == self.logins.issuer() && login.client_id() == self.logins.client_id();
        if !is_same {
            return Err(TokenSourceError::Ended);
        }
        let session = URL_SAFE_NO_PAD.encode(login.session_key().as_bytes());
        let id = RecordId::new(login.issuer(), login.client_id(), KIND)
            .and_then(|id| id.subject(login.subject())?.detail(session))
            .map_err(RecordError::new)?;
        Ok(LoginRecord {
            vault: self.vault.clone(),
            id,
            expires_at: Some(login.expires_at()),
        })
    }
}

/// Prints the provider only.
impl fmt::Debug for LoginTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginTokens")
            .field("logins", &self.logins)
            .finish_non_exhaustive()
    }
}

/// The record of one session.
struct LoginRecord {
    vault: TokenVault,
    id: RecordId,
    expires_at: Option<NumericDate>,
}

impl GrantRecord for LoginRecord {
    fn lock(&self, wait: Duration) -> Operation<'_, RecordGuard> {
        Box::pin(async move {
            let lock = self.vault.lock(&self.id, wait).await.map_err(failed)?;
            let guard: RecordGuard = Box::new(lock);
            Ok(guard)
        })
    }

    fn read(&self) -> Operation<'_, Option<ReadRecord>> {
        Box::pin(async move {
            let record = self.vault.read(&self.id).await.map_err(failed)?;
            Ok(record.map(|record| ReadRecord {
                bytes: Zeroizing::new(record.value().expose().to_vec()),
                version: record.version().0,
            }))
        })
    }

    fn write<'a>(&'a self, expected: u64, bytes: &'a [u8]) -> Operation<'a, u64> {
        Box::pin(async move {
            let (expected, value) = (RecordVersion(expected), Secret::new(bytes));
            let written = self
                .vault
                .write(&self.id, Some(expected), &value, self.expires_at);
            written.await.map(|version| version.0).map_err(failed)
        })
    }

    fn remove(&self, expected: u64) -> Operation<'_, ()> {
        Box::pin(async move {
            let removed = self.vault.remove_version(&self.id, RecordVersion(expected));
            removed.await.map_err(failed)
        })
    }
}

fn failed(error: VaultError) -> RecordError {
    RecordError::new(error)
}
