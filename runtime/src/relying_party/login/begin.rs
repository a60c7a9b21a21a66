//! The parameters of the authorization request, and the cookie of the pending login.

use std::fmt;

use http::{HeaderMap, HeaderValue};

use crate::relying_party::authorization_request::AuthorizationParameters;
use crate::relying_party::login::error::LoginError;
use crate::relying_party::login::logins::Logins;
use crate::relying_party::login::pending::PendingLogin;
use crate::relying_party::login::request::LoginRequest;
use crate::relying_party::random::{hash_text, random_text};

/// A login that has begun: the response to the browser.
#[must_use = "the browser must be redirected, with the cookies"]
pub struct BegunLogin {
    location: String,
    set_cookies: Vec<HeaderValue>,
}

impl BegunLogin {
    /// Returns the URL to which the browser is redirected, with status 303.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Returns the values of `Set-Cookie`: the cookie of this login, and deletions of the oldest ones.
    pub fn set_cookies(&self) -> &[HeaderValue] {
        &self.set_cookies
    }
}

/// Prints nothing of the login.
impl fmt::Debug for BegunLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BegunLogin").finish_non_exhaustive()
    }
}

impl Logins {
    /// Begins a login in the browser that sent `headers`.
    ///
    /// The request has a `state`, a `nonce` and a PKCE challenge of 256 random bits each, always with S256
    /// ([RFC 7636 §4.2]). It is pushed if the provider has an endpoint for that; the browser then sees only the client ID
    /// and `request_uri` ([RFC 9126 §4]).
    ///
    /// # Errors
    ///
    /// Returns [`LoginError`] if a parameter is impossible, or the provider is unavailable or refuses the request.
    ///
    /// [RFC 7636 §4.2]: https://www.rfc-editor.org/rfc/rfc7636#section-4.2
    /// [RFC 9126 §4]: https://www.rfc-editor.org/rfc/rfc9126#section-4
    pub async fn begin(
        &self,
        request: &LoginRequest,
        headers: &HeaderMap,
    ) -> Result<BegunLogin, LoginError> {
        if let Some(name) = request.invalid_parameter() {
            return Err(LoginError::Parameter(name));
        }
        let shared = &self.shared;
        let metadata = shared.party.provider().metadata().await?;
        let now = self.now();
        let random = || random_text().ok_or(LoginError::NoRandomness);
        let values = [random()?, random()?, random()?];
        let mut pending = PendingLogin::new(values, now, request.return_to.clone());
        pending.set_max_age(request.max_age);
        pending.acr_values.clone_from(&request.acr_values);
        pending.expects_iss = metadata.authorization_response_has_iss();
        let parameters = self.parameters(request, &pending);
        let location = shared
            .party
            .authorization_url(&metadata, parameters)
            .await?;
        let cookie = shared
            .set_cookie(&pending)
            .map_err(|_| LoginError::NoRandomness)?;
        let mut set_cookies = shared.surplus_cookies(headers, &cookie, now);
        set_cookies.push(cookie);
        Ok(BegunLogin {
            location,
            set_cookies,
        })
    }

    /// Returns the parameters of the authorization request, without `client_id`.
    fn parameters(
        &self,
        request: &LoginRequest,
        pending: &PendingLogin,
    ) -> AuthorizationParameters {
        let shared = &self.shared;
        let mut parameters = vec![
            ("response_type", "code".to_owned()),
            // a cookie with `SameSite=Lax` is not sent with a form that another site posts
            ("response_mode", "query".to_owned()),
            ("redirect_uri", shared.redirect_uri.clone()),
            ("scope", shared.scopes.as_str().to_owned()),
            ("state", pending.state.clone()),
            ("nonce", pending.nonce.clone()),
            ("code_challenge", hash_text(&pending.code_verifier)),
            ("code_challenge_method", "S256".to_owned()),
        ];
        let resources = shared.resources.iter();
        parameters.extend(resources.map(|resource| ("resource", resource.clone())));
        if let Some(age) = request.max_age {
            parameters.push(("max_age", age.as_secs().to_string()));
        }
        if !request.acr_values.is_empty() {
            parameters.push(("acr_values", request.acr_values.join(" ")));
        }
        if let Some(prompt) = request.prompt {
            parameters.push(("prompt", prompt.as_str().to_owned()));
        }
        if let Some(hint) = &request.login_hint {
            parameters.push(("login_hint", hint.clone()));
        }
        parameters
    }
}
