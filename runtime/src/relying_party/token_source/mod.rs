//! Tokens that are replaced ahead of their expiry: of the client itself, or of a person's login.
//!
//! `token_endpoint` comes before; `api_client` after, which sends the tokens. A source requests one token at a time;
//! the processes that share a record do so too, because the provider ends a login whose refresh token is used twice.

mod attempts;
mod error;
mod grant;
mod requester;
mod tokens;

use std::fmt;
use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;

pub(in crate::relying_party) use self::attempts::Attempts;
pub use self::error::TokenSourceError;
use self::grant::{Grant, Obtained};
use self::requester::Requester;
pub use self::tokens::AccessToken;
pub(crate) use self::tokens::GrantTokens;
use crate::claims::ScopeSet;
use crate::relying_party::RelyingParty;
use crate::relying_party::id_token::IdTokenValidator;
use crate::relying_party::requested_scopes::RequestedScopes;
use crate::relying_party::vault::{RecordId, TokenVault};

/// A source of access tokens. Clones share the tokens.
///
/// It requests a token when the first one is needed, and replaces it a minute ahead of its expiry (a quarter of the
/// lifetime, if that is shorter). While the provider is unavailable, the former token is used until it expires, and the
/// source sends at most one request in a second.
#[derive(Clone)]
pub struct TokenSource {
    shared: Arc<Shared>,
}

/// A source that may be gone.
pub(in crate::relying_party) struct WeakTokenSource(Weak<Shared>);

impl WeakTokenSource {
    pub(in crate::relying_party) fn upgrade(&self) -> Option<TokenSource> {
        let shared = self.0.upgrade()?;
        Some(TokenSource { shared })
    }

    pub(in crate::relying_party) fn is_gone(&self) -> bool {
        self.0.strong_count() == 0
    }
}

struct Shared {
    requester: Requester,
    /// The person's login; without one, the tokens are of the client itself.
    grant: Option<Grant>,
    current: ArcSwapOption<AccessToken>,
    attempts: Attempts,
}

impl RelyingParty {
    /// Returns a source of tokens for the client itself (the grant `client_credentials`).
    ///
    /// Each resource is the identifier of an API, for which the tokens are issued ([RFC 8707]): an absolute URI
    /// without fragment. The source sends no request before a token is needed.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceIndicatorError`] if a resource is no such URI.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    /// use palisade::relying_party::RelyingParty;
    /// use palisade::scopes_for;
    ///
    /// #[secured(scopes = "orders:read")]
    /// async fn list_orders() {}
    ///
    /// # fn example(client: &RelyingParty) -> Result<(), Box<dyn std::error::Error>> {
    /// let tokens = client.client_credentials(&scopes_for![list_orders], ["https://orders.example.govt.nz"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
    pub fn client_credentials<R: Into<String>>(
        &self,
        scopes: &RequestedScopes,
        resources: impl IntoIterator<Item = R>,
    ) -> Result<TokenSource, ResourceIndicatorError> {
        let resources: Vec<String> = resources.into_iter().map(Into::into).collect();
        check_resources(&resources)?;
        Ok(TokenSource::new(
            self.clone(),
            scopes.to_set(),
            resources,
            None,
            Attempts::default(),
        ))
    }

    /// Returns a source of tokens of a person's login, whose record is in a vault.
    ///
    /// `scopes` are those of the login, or fewer. Sources in several processes may share the record. A response with an ID
    /// token that `id_tokens` does not validate is not used. Sources that replace each other share their `attempts`.
    pub(in crate::relying_party) fn login_tokens(
        &self,
        vault: TokenVault,
        id: RecordId,
        scopes: ScopeSet,
        resources: Vec<String>,
        id_tokens: Option<Arc<IdTokenValidator>>,
        attempts: Attempts,
    ) -> TokenSource {
        let grant = Some(Grant::new(vault, id, id_tokens));
        TokenSource::new(self.clone(), scopes, resources, grant, attempts)
    }
}

impl TokenSource {
    fn new(
        relying_party: RelyingParty,
        scopes: ScopeSet,
        resources: Vec<String>,
        grant: Option<Grant>,
        attempts: Attempts,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                requester: Requester {
                    relying_party,
                    scopes,
                    resources,
                },
                grant,
                current: ArcSwapOption::empty(),
                attempts,
            }),
        }
    }

    /// Returns the current token, or a new one if it expires soon.
    ///
    /// # Errors
    ///
    /// Returns [`TokenSourceError`] if there is no usable token.
    pub async fn token(&self) -> Result<AccessToken, TokenSourceError> {
        self.other_than(None).await
    }

    /// Returns another token than one that an API has rejected.
    ///
    /// # Errors
    ///
    /// Returns [`TokenSourceError`] if there is no other token.
    pub async fn replace(&self, rejected: &AccessToken) -> Result<AccessToken, TokenSourceError> {
        self.other_than(Some(rejected.clone())).await
    }

    /// Returns the scopes that the source requests.
    pub fn scopes(&self) -> &ScopeSet {
        &self.shared.requester.scopes
    }

    /// Returns the client.
    pub fn relying_party(&self) -> &RelyingParty {
        &self.shared.requester.relying_party
    }

    /// Ends a person's login: removes the record, and revokes the refresh token ([RFC 7009]).
    ///
    /// The record is removed first, so that this application has logged the person out whatever the provider
    /// responds. For the client itself, revokes the current token.
    ///
    /// # Errors
    ///
    /// Returns [`TokenSourceError`] if the record could not be removed, or the provider did not revoke the token.
    ///
    /// [RFC 7009]: https://www.rfc-editor.org/rfc/rfc7009
    pub async fn revoke(&self) -> Result<(), TokenSourceError> {
        let shared = Arc::clone(&self.shared);
        let revoked = tokio::spawn(async move {
            let _attempt = shared.attempts.begin().await;
            let current = shared.current.swap(None);
            let relying_party = &shared.requester.relying_party;
            match (&shared.grant, current) {
                (Some(grant), _) => grant.revoke(relying_party).await,
                (None, Some(token)) => {
                    Ok(relying_party.revoke(token.secret(), "access_token").await?)
                }
                (None, None) => Ok(()),
            }
        });
        revoked.await.unwrap_or(Err(TokenSourceError::Canceled))
    }

    /// Replaces the tokens of a person with those of a new grant.
    pub(in crate::relying_party) async fn replace_grant(
        &self,
        tokens: &GrantTokens,
    ) -> Result<(), TokenSourceError> {
        let mut attempt = self.shared.attempts.begin().await;
        if let Some(grant) = &self.shared.grant {
            grant.put(tokens).await?;
        }
        self.shared.current.store(None);
        attempt.succeeded();
        Ok(())
    }

    /// Removes the record of a person's login; the provider does not learn of it.
    pub(in crate::relying_party) async fn remove(&self) -> Result<(), TokenSourceError> {
        let _attempt = self.shared.attempts.begin().await;
        self.shared.current.store(None);
        match &self.shared.grant {
            Some(grant) => grant.remove().await.map(drop),
            None => Ok(()),
        }
    }

    /// Returns a reference that does not keep the source alive.
    pub(in crate::relying_party) fn downgrade(&self) -> WeakTokenSource {
        WeakTokenSource(Arc::downgrade(&self.shared))
    }

    async fn other_than(
        &self,
        rejected: Option<AccessToken>,
    ) -> Result<AccessToken, TokenSourceError> {
        if let Some(token) = self.shared.fresh(rejected.as_ref()) {
            return Ok(token);
        }
        let shared = Arc::clone(&self.shared);
        // spawned, so that a rotated refresh token is stored even if the caller disconnects
        let token = tokio::spawn(async move { shared.obtain(rejected.as_ref()).await });
        token.await.unwrap_or(Err(TokenSourceError::Canceled))
    }
}

impl Shared {
    /// Returns the current token if it is fresh, and not the rejected one.
    fn fresh(&self, rejected: Option<&AccessToken>) -> Option<AccessToken> {
        let now = self.requester.now();
        self.usable(rejected).filter(|token| token.is_fresh(now))
    }

    /// Returns the current token if it is not expired, and not the rejected one.
    fn usable(&self, rejected: Option<&AccessToken>) -> Option<AccessToken> {
        let current = self.current.load();
        let token = current.as_deref()?;
        let is_usable = !token.is_expired(self.requester.now())
            && rejected.is_none_or(|rejected| !token.is(rejected));
        is_usable.then(|| token.clone())
    }

    /// Obtains a token, one task at a time.
    async fn obtain(
        &self,
        rejected: Option<&AccessToken>,
    ) -> Result<AccessToken, TokenSourceError> {
        let mut attempt = self.attempts.begin().await;
        // another task may have obtained it in the meantime
        if let Some(token) = self.fresh(rejected) {
            return Ok(token);
        }
        let recent = attempt.recent_error(self.requester.now());
        let is_recent = recent.is_some();
        let obtained = match (&self.grant, recent) {
            // the record may have a usable token, and another process may have refreshed it
            (Some(grant), recent) if !recent.as_ref().is_some_and(is_of_record) => {
                grant.obtain(&self.requester, rejected, recent).await
            }
            (_, Some(error)) => Err(error),
            (_, None) => self.request().await.map(Obtained::from),
        };
        let failed = match &obtained {
            Ok(obtained) => obtained.failed.as_ref(),
            Err(error) => Some(error),
        };
        match failed {
            // a repeated error does not extend the time
            Some(_) if is_recent => {}
            Some(error) => attempt.failed(error, self.requester.now()),
            None => attempt.succeeded(),
        }
        match obtained {
            Ok(Obtained { token, .. }) => {
                self.current.store(Some(Arc::new(token.clone())));
                Ok(token)
            }
            Err(error) => {
                if matches!(error, TokenSourceError::Ended) {
                    self.current.store(None);
                }
                let former = self.usable(rejected).filter(|_| error.is_retryable());
                former.ok_or(error)
            }
        }
    }

    /// Requests a token for the client itself.
    async fn request(&self) -> Result<AccessToken, TokenSourceError> {
        let requested_at = self.requester.now();
        let response = self.requester.request();
        let response = response.await.map_err(|failed| failed.error)?;
        Ok(AccessToken::of_response(&response, requested_at))
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("relying_party", &self.shared.requester.relying_party)
            .field("scopes", &self.shared.requester.scopes)
            .finish_non_exhaustive()
    }
}

/// Returns whether the error is one of the record, which is then not read again at once.
fn is_of_record(error: &TokenSourceError) -> bool {
    !matches!(
        error,
        TokenSourceError::Endpoint(_) | TokenSourceError::IdToken(_)
    )
}

/// Checks the syntax of resource indicators (RFC 8707 §2).
pub(crate) fn check_resources(resources: &[String]) -> Result<(), ResourceIndicatorError> {
    let is_valid = |text: &String| {
        let is_text = text.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
        let mut scheme = scheme.bytes();
        let has_scheme = scheme
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            && scheme
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        let ambiguous = ['#', '\\', '"', '<', '>', '^', '`', '{', '|', '}'];
        is_text && has_scheme && !text.ends_with(':') && !text.contains(ambiguous)
    };
    if resources.iter().all(is_valid) {
        Ok(())
    } else {
        Err(ResourceIndicatorError)
    }
}

/// A resource is not an absolute URI without fragment (RFC 8707 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceIndicatorError;

impl fmt::Display for ResourceIndicatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource is not an absolute URI without fragment (RFC 8707 §2)")
    }
}

impl std::error::Error for ResourceIndicatorError {}
