//! Tokens that are replaced ahead of their expiry: of the client itself, or of a person's login.
//!
//! `token_endpoint` comes before; `api_client` after, which sends the tokens. A source requests one token at a time;
//! the processes that share a record do so too, because the provider ends a login whose refresh token is used twice.

mod error;
mod grant;
mod requester;
mod tokens;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::Mutex;

pub use self::error::TokenSourceError;
use self::grant::Grant;
use self::requester::Requester;
pub use self::tokens::AccessToken;
pub(crate) use self::tokens::GrantTokens;
use crate::claims::{NumericDate, ScopeSet};
use crate::relying_party::RelyingParty;
use crate::relying_party::requested_scopes::RequestedScopes;
use crate::relying_party::token_endpoint::Grant as GrantType;
use crate::relying_party::vault::{RecordId, TokenVault};

/// The time in which the error of a failed request is returned without another request.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A source of access tokens. Clones share the tokens.
///
/// It requests a token when the first one is needed, and replaces it a minute ahead of its expiry (a quarter of the
/// lifetime, if that is shorter). While the provider is unavailable, the former token is used until it expires.
#[derive(Clone)]
pub struct TokenSource {
    shared: Arc<Shared>,
}

struct Shared {
    requester: Requester,
    /// The person's login; without one, the tokens are of the client itself.
    grant: Option<Grant>,
    current: ArcSwapOption<AccessToken>,
    /// Locked while a token is requested.
    requesting: Mutex<LastFailure>,
}

type LastFailure = Option<(NumericDate, TokenSourceError)>;

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
        ))
    }

    /// Returns a source of tokens of a person's login, whose record is in a vault.
    ///
    /// `scopes` are those of the login, or fewer. Sources in several processes may share the record.
    pub(crate) fn login_tokens(
        &self,
        vault: TokenVault,
        id: RecordId,
        scopes: ScopeSet,
        resources: Vec<String>,
    ) -> TokenSource {
        let grant = Some(Grant::new(vault, id));
        TokenSource::new(self.clone(), scopes, resources, grant)
    }
}

impl TokenSource {
    fn new(
        relying_party: RelyingParty,
        scopes: ScopeSet,
        resources: Vec<String>,
        grant: Option<Grant>,
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
                requesting: Mutex::new(None),
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
            let _requesting = shared.requesting.lock().await;
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
        let mut last_failure = self.requesting.lock().await;
        // another task may have obtained it in the meantime
        if let Some(token) = self.fresh(rejected) {
            return Ok(token);
        }
        let now = self.requester.now();
        let obtained = match &*last_failure {
            Some((at, error)) if *at <= now && now.since(*at) < RETRY_AFTER => Err(error.clone()),
            _ => match &self.grant {
                None => self.request().await,
                Some(grant) => grant.obtain(&self.requester, rejected).await,
            },
        };
        match obtained {
            Ok(token) => {
                *last_failure = None;
                self.current.store(Some(Arc::new(token.clone())));
                Ok(token)
            }
            Err(error) => {
                *last_failure = Some((now, error.clone()));
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
        let response = self.requester.request(GrantType::ClientCredentials);
        Ok(AccessToken::of_response(&response.await?, requested_at))
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
