//! The tokens of people who have logged in, in a vault under the keys of their sessions.
//!
//! `routes` stores and removes them; `token_source` refreshes them.

use std::collections::HashMap;
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::NumericDate;
use crate::relying_party::login::Logins;
use crate::relying_party::token_response::TokenResponse;
use crate::relying_party::token_source::{
    Attempts, GrantTokens, TokenSource, TokenSourceError, WeakTokenSource,
};
use crate::relying_party::vault::{RecordId, TokenVault};
use crate::secret::Secret;
use crate::session::{Login, Observed, SessionEnd, SessionKey, SessionObserver};

/// The kind of the records.
const KIND: &str = "login tokens";

/// The tokens of people who have logged in. Clones share them.
///
/// [`LoginRoutes`](super::LoginRoutes) stores the tokens of each login in the vault, under the key of its session, until the
/// session ends. A logout revokes them; after another end of the session, they are removed.
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
    sources: Arc<Mutex<Sources>>,
}

/// The sources that are in use: requests of one session share one, which ends with the session.
#[derive(Default)]
struct Sources {
    by_session: HashMap<SessionKey, Entry>,
    /// The number of entries from which on those that have no use are removed.
    prune_at: usize,
}

/// The source of a session, which may be gone between two requests, and its attempts, which the next source continues.
struct Entry {
    source: WeakTokenSource,
    attempts: Attempts,
}

impl Entry {
    fn is_in_use(&self, now: NumericDate) -> bool {
        !self.source.is_gone() || self.attempts.are_recent(now)
    }
}

/// The smallest number of sources at which some are removed.
const MIN_PRUNED: usize = 64;

impl Sources {
    /// Returns the source of a session, or creates it.
    fn of(
        &mut self,
        session: SessionKey,
        now: NumericDate,
        create: impl FnOnce(Attempts) -> TokenSource,
    ) -> TokenSource {
        let found = self.by_session.get(&session);
        if let Some(source) = found.and_then(|entry| entry.source.upgrade()) {
            return source;
        }
        let attempts = found.map(|entry| entry.attempts.clone());
        let attempts = attempts.unwrap_or_default();
        if self.by_session.len() >= self.prune_at {
            self.by_session.retain(|_, entry| entry.is_in_use(now));
            self.prune_at = (2 * self.by_session.len()).max(MIN_PRUNED);
        }
        let source = create(attempts.clone());
        let entry = Entry {
            source: source.downgrade(),
            attempts,
        };
        self.by_session.insert(session, entry);
        source
    }
}

impl LoginTokens {
    /// Keeps the tokens of these logins in a vault.
    pub fn new(logins: &Logins, vault: TokenVault) -> Self {
        Self {
            logins: logins.clone(),
            vault,
            sources: Arc::default(),
        }
    }

    /// Returns the source of a person's access tokens, which refreshes them.
    ///
    /// Its tokens have the scopes and the resources that the login requested. After the session has ended, it has no token
    /// ([`TokenSourceError::Ended`]), even if it was created before. Requests of the same session share the source, and
    /// processes refresh under the lock of its record.
    ///
    /// # Errors
    ///
    /// Returns an error if the login is one at another provider, or of another client.
    pub fn of(&self, login: &Login) -> Result<TokenSource, TokenSourceError> {
        Ok(self.source(login.session_key(), self.record(login)?))
    }

    fn source(&self, session: SessionKey, record: RecordId) -> TokenSource {
        // a panic while the lock is held leaves the map consistent
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.of(session, self.logins.now(), |attempts| {
            self.logins.relying_party().login_tokens(
                self.vault.clone(),
                record,
                self.logins.scopes().clone(),
                self.logins.resources().to_vec(),
                Some(self.logins.id_token_validator()),
                attempts,
            )
        })
    }

    #[cfg(all(test, feature = "testing"))]
    pub(super) fn source_count(&self) -> usize {
        let sources = self.sources.lock();
        sources
            .unwrap_or_else(PoisonError::into_inner)
            .by_session
            .len()
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

/// The tokens of a session end with it.
///
/// A logout also revokes them. After another end, they are only removed: the revocation of a former token can end all
/// tokens of the person, those of a new login included (RFC 7009 §2.1).
impl SessionObserver for LoginTokens {
    fn ended(&self, login: &Login, end: SessionEnd) -> Observed {
        let Ok(record) = self.record(login) else {
            return Box::pin(ready(()));
        };
        let source = self.source(login.session_key(), record);
        Box::pin(async move {
            let ended = match end {
                SessionEnd::Logout | SessionEnd::Application => source.revoke().await,
                SessionEnd::ProviderLogout
                | SessionEnd::Replaced
                | SessionEnd::Expired
                | SessionEnd::Evicted => source.remove().await,
            };
            if let Err(error) = ended {
                report(&error);
            }
        })
    }
}

/// Reports tokens of a session that has ended which are still stored, or valid.
fn report(error: &TokenSourceError) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "palisade::relying_party",
        event = "tokens_not_ended",
        error = error as &dyn std::error::Error,
        "the tokens of a session that has ended could not be removed or revoked"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// Prints the provider only.
impl fmt::Debug for LoginTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginTokens")
            .field("logins", &self.logins)
            .finish_non_exhaustive()
    }
}
