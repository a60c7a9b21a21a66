//! A validated authorization request.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::authorization_server::authorization::prompt::read_prompts;
use crate::authorization_server::client::Client;
use crate::claims::{NumericDate, ScopeSet};
use crate::relying_party::Prompt;

/// The time within which the user decides about a request.
pub(in crate::authorization_server) const REQUEST_LIFETIME: Duration = Duration::from_mins(30);

/// An authorization request that passed every check: the client is registered, the redirect URI is byte by byte one of its
/// registered ones, the response type is `code`, PKCE has a challenge with S256, and the client may request the scopes and
/// resources.
///
/// It is an argument of the handler that shows the login or consent page, whose form contains it as
/// [sealed text](super::super::AuthorizationServer::seal_request).
#[derive(Clone)]
pub struct AuthorizationRequest {
    pub(in crate::authorization_server) client: Client,
    pub(in crate::authorization_server) validated: Validated,
    scopes: ScopeSet,
    prompts: Vec<Prompt>,
}

/// The values of a request, as they are sealed into a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::authorization_server) struct Validated {
    pub(in crate::authorization_server) client_id: String,
    pub(in crate::authorization_server) redirect_uri: String,
    pub(in crate::authorization_server) state: Option<String>,
    pub(in crate::authorization_server) scopes: String,
    pub(in crate::authorization_server) resources: Vec<String>,
    pub(in crate::authorization_server) code_challenge: String,
    pub(in crate::authorization_server) nonce: Option<String>,
    pub(in crate::authorization_server) prompt: Option<String>,
    pub(in crate::authorization_server) max_age: Option<u64>,
    pub(in crate::authorization_server) acr_values: Vec<String>,
    pub(in crate::authorization_server) login_hint: Option<String>,
    /// The subject of `id_token_hint`.
    pub(in crate::authorization_server) subject: Option<String>,
    /// Seconds since the epoch.
    pub(in crate::authorization_server) expires_at: u64,
}

impl AuthorizationRequest {
    /// Returns `None` if the scopes or the prompts are malformed.
    pub(in crate::authorization_server) fn new(
        client: Client,
        validated: Validated,
    ) -> Option<Self> {
        Some(Self {
            scopes: ScopeSet::parse(&validated.scopes).ok()?,
            prompts: match &validated.prompt {
                Some(prompt) => read_prompts(prompt)?,
                None => Vec::new(),
            },
            client,
            validated,
        })
    }

    /// Returns the client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the address to which the browser is redirected.
    pub fn redirect_uri(&self) -> &str {
        &self.validated.redirect_uri
    }

    /// Returns the requested scopes.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// Returns the audiences of the access token ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)).
    pub fn resources(&self) -> &[String] {
        &self.validated.resources
    }

    /// Returns the interactions that the client requires; [`Prompt::None`] is the only one.
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// Returns the maximum age of the user's login, if the client sets one.
    pub fn max_age(&self) -> Option<Duration> {
        self.validated.max_age.map(Duration::from_secs)
    }

    /// Returns the authentication contexts that the client prefers, the best first.
    pub fn acr_values(&self) -> &[String] {
        &self.validated.acr_values
    }

    /// Returns the name with which the user may log in, for the field of the login page. It is unverified text of the client.
    pub fn login_hint(&self) -> Option<&str> {
        self.validated.login_hint.as_deref()
    }

    /// Returns the subject of a verified `id_token_hint` ([OpenID Connect Core §3.1.2.1]): the client accepts no other user.
    ///
    /// If another user is logged in, show the login page, or deny the request with
    /// [`ErrorCode::LoginRequired`](super::super::ErrorCode::LoginRequired). An approval of another user fails.
    ///
    /// [OpenID Connect Core §3.1.2.1]: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
    pub fn required_subject(&self) -> Option<&str> {
        self.validated.subject.as_deref()
    }

    /// Returns whether a login at `auth_time` is recent enough for `max_age` and `prompt=login`.
    ///
    /// A login after the request began always is, however long the user then reads the consent page. With `prompt=login`, no
    /// other one is.
    pub fn accepts_login_at(&self, auth_time: NumericDate, now: NumericDate) -> bool {
        let begun = self
            .validated
            .expires_at
            .saturating_sub(REQUEST_LIFETIME.as_secs());
        let is_recent = self.max_age().is_none_or(|age| now.since(auth_time) <= age);
        auth_time.as_secs() >= begun || (is_recent && !self.prompts.contains(&Prompt::Login))
    }
}

/// Omits `state` and `nonce`.
impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("client_id", &self.client.id())
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
