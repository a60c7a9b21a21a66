//! Access to another API that a person grants to this client: the authorization code flow without a login.
//!
//! `resource_metadata` comes before: it finds the provider of an API. `token_source` refreshes the tokens, and `api_client`
//! sends them.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::Uri;

use crate::claims::{NumericDate, ScopeSet};
use crate::https::is_loopback;
use crate::relying_party::authorization_request::AuthorizationParameters;
use crate::relying_party::client::RelyingParty;
use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::login::{AuthorizationError, AuthorizationResponse, ResponseResult};
use crate::relying_party::provider_error::ProviderError;
use crate::relying_party::random::{hash_text, random_text};
use crate::relying_party::token_endpoint::{Grant, TokenRequest};
use crate::relying_party::token_source::{
    Attempts, GrantTokens, TokenSource, TokenSourceError, check_resources,
};
use crate::relying_party::vault::{RecordId, TokenVault};
use crate::secret::Secret;

/// The kind of the records.
const KIND: &str = "access grant";

/// The time within which a person must grant access.
const LIFETIME: Duration = Duration::from_mins(10);

/// Access to one API that a person grants to this client. Clones share it.
///
/// It is for a program that acts for one person and has no login itself, such as a command-line client or an MCP client.
/// A web application logs people in with [`Logins`](super::Logins), whose tokens are bound to their sessions.
///
/// The tokens are in a vault, under the issuer, the client and the resource: another provider's or client's tokens are
/// never used instead. The program obtains them in the browser once, and later runs read them.
///
/// # Examples
///
/// ```no_run
/// use axum::http::{Request, Uri};
/// use palisade::relying_party::vault::TokenVault;
/// use palisade::relying_party::{AccessGrant, ApiClient, RelyingParty, ResourceMetadata};
///
/// # async fn run(api: ResourceMetadata, client: RelyingParty, vault: TokenVault, response: Uri)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let access = AccessGrant::new(client, vault, api.resource())?;
/// let pending = access.begin("http://127.0.0.1:8400/callback", api.scopes()).await?;
/// println!("open {}", pending.location());
///
/// // the browser requests the redirect URI with the response
/// pending.complete(&response).await?;
///
/// let orders = ApiClient::builder("https://orders.example.govt.nz", access.tokens()).build()?;
/// let response = orders.send(Request::get("/orders").body(Vec::new())?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AccessGrant {
    party: RelyingParty,
    tokens: TokenSource,
    resource: String,
}

impl AccessGrant {
    /// Keeps the tokens for an API in a vault. The resource is the identifier of the API ([RFC 8707]).
    ///
    /// # Errors
    ///
    /// Returns [`AccessGrantError::Resource`] if the resource is no absolute URI without fragment, or too long.
    ///
    /// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
    pub fn new(
        party: RelyingParty,
        vault: TokenVault,
        resource: impl Into<String>,
    ) -> Result<Self, AccessGrantError> {
        let resource = [resource.into()];
        check_resources(&resource).map_err(|_| AccessGrantError::Resource)?;
        let [resource] = resource;
        let client_id = party.registration().client_id();
        let record = RecordId::new(party.provider().issuer(), client_id, KIND)
            .and_then(|record| record.detail(&resource))
            .map_err(|_| AccessGrantError::Resource)?;
        let tokens = party.login_tokens(
            vault,
            record,
            ScopeSet::default(),
            vec![resource.clone()],
            None,
            Attempts::default(),
        );
        Ok(Self {
            party,
            tokens,
            resource,
        })
    }

    /// Returns the source of the API's tokens, which refreshes them.
    ///
    /// All sources of this grant are one. Without a grant, or after its end, it has no token ([`TokenSourceError::Ended`]);
    /// after [`PendingAccess::complete`], it has the new one.
    pub fn tokens(&self) -> TokenSource {
        self.tokens.clone()
    }

    /// Begins to ask the person for access with these scopes; with none, the provider decides.
    ///
    /// After a [step-up](super::StepUp), ask for the [union](ScopeSet::union) of the former scopes and the demanded ones:
    /// the new tokens replace the former ones.
    ///
    /// The request has a `state` and a PKCE challenge of 256 random bits each, always with S256 ([RFC 7636 §4.2]). It is
    /// pushed if the provider has an endpoint for that ([RFC 9126]).
    ///
    /// # Errors
    ///
    /// Returns [`AccessGrantError::RedirectUri`] unless the redirect URI is https, or http with an IP address of loopback
    /// ([RFC 8252 §7.3]; `localhost` may be another machine). Returns [`AccessGrantError::Endpoint`] if the provider is
    /// unavailable or refuses the request.
    ///
    /// [RFC 7636 §4.2]: https://www.rfc-editor.org/rfc/rfc7636#section-4.2
    /// [RFC 9126]: https://www.rfc-editor.org/rfc/rfc9126
    /// [RFC 8252 §7.3]: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
    pub async fn begin(
        &self,
        redirect_uri: impl Into<String>,
        scopes: &ScopeSet,
    ) -> Result<PendingAccess, AccessGrantError> {
        let redirect_uri = redirect_uri.into();
        if !is_redirect_uri(&redirect_uri) {
            return Err(AccessGrantError::RedirectUri);
        }
        let provider = self.party.provider();
        let metadata = provider.metadata().await?;
        let random = || random_text().ok_or(AccessGrantError::NoRandomness);
        let (state, code_verifier) = (random()?, random()?);
        let mut parameters: AuthorizationParameters = vec![
            ("response_type", "code".to_owned()),
            ("redirect_uri", redirect_uri.clone()),
            ("state", state.clone()),
            ("code_challenge", hash_text(&code_verifier)),
            ("code_challenge_method", "S256".to_owned()),
            ("resource", self.resource.clone()),
        ];
        if !scopes.is_empty() {
            parameters.push(("scope", scopes.as_str().to_owned()));
        }
        let location = self.party.authorization_url(&metadata, parameters).await;
        Ok(PendingAccess {
            access: self.clone(),
            location: location?,
            redirect_uri,
            scopes: scopes.clone(),
            state,
            code_verifier: Secret::new(code_verifier),
            begun_at: provider.clock().now(),
            expects_iss: metadata.authorization_response_has_iss(),
            is_used: AtomicBool::new(false),
        })
    }
}

/// A request for access that the person has not answered yet.
#[must_use = "the person must open `location` in a browser"]
pub struct PendingAccess {
    access: AccessGrant,
    location: String,
    redirect_uri: String,
    scopes: ScopeSet,
    state: String,
    code_verifier: Secret,
    begun_at: NumericDate,
    /// Whether the provider sent `iss` in every response when the request began.
    expects_iss: bool,
    is_used: AtomicBool,
}

impl PendingAccess {
    /// Returns the URL that the person opens in a browser.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Returns whether the response to the request has not arrived yet.
    pub fn is_pending(&self) -> bool {
        !self.is_used.load(Ordering::SeqCst)
    }

    /// Completes the request with the response in the query of `uri`, and stores the tokens.
    ///
    /// In this order:
    ///
    /// 1. `state` is that of the request. Otherwise the response is another program's or page's: the error is
    ///    [`AccessGrantError::NotPending`] or [`AccessGrantError::Response`], and the request remains pending. Any other
    ///    outcome ends it.
    /// 2. `iss` is the provider's issuer, code point by code point; it may be missing only if the provider does not send it
    ///    ([RFC 9207 §2.4]). Before that, nothing else of the response is used, not even `error`.
    /// 3. The request is less than ten minutes old.
    /// 4. The response has a code, which is exchanged once with the PKCE verifier, the redirect URI and the resource.
    ///
    /// # Errors
    ///
    /// Returns [`AccessGrantError`] if a step fails, or the tokens cannot be stored.
    ///
    /// [RFC 9207 §2.4]: https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    pub async fn complete(&self, uri: &Uri) -> Result<(), AccessGrantError> {
        let response = AuthorizationResponse::read(uri.query().unwrap_or_default());
        let response = response.map_err(AccessGrantError::Response)?;
        let state = response.state.as_deref().unwrap_or_default();
        verify_slices_are_equal(state.as_bytes(), self.state.as_bytes())
            .map_err(|_| AccessGrantError::NotPending)?;
        if self.is_used.swap(true, Ordering::SeqCst) {
            return Err(AccessGrantError::Replayed);
        }
        let AccessGrant { party, .. } = &self.access;
        if !response.is_from(party.provider().issuer(), self.expects_iss) {
            return Err(AccessGrantError::Issuer);
        }
        let now = party.provider().clock().now();
        if now >= self.begun_at.saturating_add(LIFETIME) || now < self.begun_at {
            return Err(AccessGrantError::Expired);
        }
        let code = match response.result {
            ResponseResult::Code(code) => Secret::new(code.as_bytes()),
            ResponseResult::Error(error) => return Err(AccessGrantError::Provider(error)),
            ResponseResult::Contradiction(problem) => {
                return Err(AccessGrantError::Response(problem));
            }
        };
        self.exchange(&code).await
    }

    /// Exchanges the code for tokens, and stores them.
    async fn exchange(&self, code: &Secret) -> Result<(), AccessGrantError> {
        let AccessGrant {
            party,
            tokens,
            resource,
        } = &self.access;
        let requested_at = party.provider().clock().now();
        let request = TokenRequest {
            grant: Grant::AuthorizationCode {
                code,
                redirect_uri: &self.redirect_uri,
                code_verifier: &self.code_verifier,
            },
            scopes: &self.scopes,
            resources: std::slice::from_ref(resource),
        };
        let response = party.request_token(request).await?;
        let granted = GrantTokens::of_access(&response, requested_at);
        Ok(tokens.replace_grant(&granted).await?)
    }
}

/// Returns whether a redirect URI is https, or http with an IP address of loopback.
fn is_redirect_uri(text: &str) -> bool {
    let is_plain =
        text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['?', '#', '\\', '@']);
    let url = text.parse::<Uri>().ok().filter(|_| is_plain);
    let parts = url
        .as_ref()
        .and_then(|url| Some((url.scheme_str()?, url.host()?)));
    match parts {
        Some(("https", host)) => !host.is_empty(),
        Some(("http", host)) => is_loopback(host) && !host.eq_ignore_ascii_case("localhost"),
        _ => false,
    }
}

/// The reason why access was not granted, or its tokens were not stored.
///
/// Its message contains no text of the response. The [source](Error::source) of [`Endpoint`](Self::Endpoint) has some of the
/// provider's, and is for logs.
#[derive(Debug)]
#[non_exhaustive]
pub enum AccessGrantError {
    /// The resource is no absolute URI without fragment, or too long.
    Resource,
    /// The redirect URI is neither https, nor http with an IP address of loopback.
    RedirectUri,
    /// The system has no randomness.
    NoRandomness,
    /// The authorization response is malformed: a parameter appears twice, is missing, or contradicts another one.
    Response(&'static str),
    /// The `state` of the response is not that of the request: another program or page has sent it.
    NotPending,
    /// The response to the request was used before.
    Replayed,
    /// The response comes from another provider, or lacks the `iss` that the provider sends ([RFC 9207 §2.4]).
    ///
    /// [RFC 9207 §2.4]: https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    Issuer,
    /// The request is ten minutes old.
    Expired,
    /// The provider reports an error, for example because the person has denied access.
    Provider(AuthorizationError),
    /// A request to the provider failed: pushing the authorization request, or exchanging the code.
    Endpoint(EndpointError),
    /// The tokens could not be stored.
    Tokens(TokenSourceError),
}

impl fmt::Display for AccessGrantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resource => "the resource is not an absolute URI without fragment",
            Self::RedirectUri => {
                "the redirect URI is neither https, nor http with an IP address of loopback"
            }
            Self::NoRandomness => "the operating system supplied no random bytes",
            Self::Response(problem) => return write!(f, "the authorization response {problem}"),
            Self::NotPending => "no request for access is pending with the `state` of the response",
            Self::Replayed => "the response to the request for access was used before",
            Self::Issuer => "the authorization response is not from the provider of the request",
            Self::Expired => "the request for access took longer than ten minutes",
            Self::Provider(error) => return error.fmt(f),
            Self::Endpoint(_) => "a request to the provider failed",
            Self::Tokens(error) => return error.fmt(f),
        })
    }
}

impl Error for AccessGrantError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Endpoint(error) => Some(error),
            Self::Tokens(error) => error.source(),
            _ => None,
        }
    }
}

impl From<ProviderError> for AccessGrantError {
    fn from(error: ProviderError) -> Self {
        Self::Endpoint(error.into())
    }
}

impl From<EndpointError> for AccessGrantError {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(error)
    }
}

impl From<TokenSourceError> for AccessGrantError {
    fn from(error: TokenSourceError) -> Self {
        Self::Tokens(error)
    }
}

impl fmt::Debug for AccessGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessGrant")
            .field("party", &self.party)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// Omits the request, whose `state` is secret.
impl fmt::Debug for PendingAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingAccess")
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uri_is_https_or_an_address_of_loopback() {
        for uri in [
            "https://app.example/callback",
            "http://127.0.0.1:8400/callback",
            "http://[::1]:8400/callback",
            "http://127.0.0.1/",
        ] {
            assert!(is_redirect_uri(uri), "{uri}");
        }
        for uri in [
            "http://app.example/callback",
            "http://localhost:8400/callback",
            "http://LOCALHOST/callback",
            "http://127.0.0.1.example/callback",
            "http://127.0.0.1:80@evil.example/",
            "https://app.example/callback?x=1",
            "https://app.example/callback#x",
            "https://app.example\\callback",
            "https://app.example/call back",
            "app:/callback",
            "javascript:alert(1)",
            "/callback",
            "https://",
            "",
        ] {
            assert!(!is_redirect_uri(uri), "{uri}");
        }
    }
}
