//! The tokens of people who have logged in, in a vault under the keys of their sessions.
//!
//! `routes` stores and removes them; `token_source` refreshes them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::relying_party::login::Logins;
use crate::relying_party::token_response::TokenResponse;
use crate::relying_party::token_source::{GrantTokens, TokenSource, TokenSourceError};
use crate::relying_party::vault::{RecordId, TokenVault};
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
        Ok(self.logins.relying_party().login_tokens(
            self.vault.clone(),
            self.record(login)?,
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
        let expires_at = Some(login.expires_at());
        self.vault
            .put(&record, &tokens.encode(), expires_at)
            .await?;
        Ok(())
    }

    /// Returns the ID token of a login, which a logout at the provider sends as a hint.
    pub(super) async fn id_token(&self, login: &Login) -> Result<Option<Secret>, TokenSourceError> {
        let record = self.vault.read(&self.record(login)?).await?;
        let tokens = record.and_then(|record| GrantTokens::decode(record.value().expose()));
        Ok(tokens.and_then(|tokens| tokens.id_token().cloned()))
    }

    fn record(&self, login: &Login) -> Result<RecordId, TokenSourceError> {
        let is_same =
            login.issuer() == self.logins.issuer() && login.client_id() == self.logins.client_id();
        let session = URL_SAFE_NO_PAD.encode(login.session_key().as_bytes());
        let id = RecordId::new(login.issuer(), login.client_id(), KIND)
            .and_then(|id| id.subject(login.subject())?.detail(session));
        match id {
            Ok(id) if is_same => Ok(id),
            // there are no tokens of another provider's logins, or under a longer name than the vault's
            _ => Err(TokenSourceError::Ended),
        }
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
