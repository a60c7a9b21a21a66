//! The authorization request: pushed to the provider if it accepts that, and otherwise in the browser's URL.

use std::fmt;

use http::{HeaderMap, HeaderValue, Uri};
use serde_json::Value;

use crate::https::Form;
use crate::json;
use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::login::error::LoginError;
use crate::relying_party::login::logins::Logins;
use crate::relying_party::login::pending::PendingLogin;
use crate::relying_party::login::request::LoginRequest;
use crate::relying_party::metadata::EndpointName;
use crate::relying_party::random::{hash_text, random_text};
use crate::relying_party::token_endpoint::json_body;

/// The maximum length of a `request_uri`, in bytes.
const MAX_REQUEST_URI: usize = 512;

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
        let endpoint = metadata
            .authorization_endpoint()
            .ok_or(EndpointError::NoEndpoint {
                member: "authorization_endpoint",
            })?;
        let now = self.now();
        let random = || random_text().ok_or(LoginError::NoRandomness);
        let values = [random()?, random()?, random()?];
        let mut pending = PendingLogin::new(values, now, request.return_to.clone());
        pending.set_max_age(request.max_age);
        pending.acr_values.clone_from(&request.acr_values);
        pending.expects_iss = metadata.authorization_response_has_iss();
        let parameters = self.parameters(request, &pending);
        let has_endpoint = metadata.pushed_authorization_request_endpoint().is_some();
        let parameters = if has_endpoint || metadata.requires_pushed_authorization_requests() {
            let request_uri = self.push(&parameters).await?;
            vec![("request_uri", request_uri)]
        } else {
            parameters
        };
        let cookie = shared
            .set_cookie(&pending)
            .map_err(|_| LoginError::NoRandomness)?;
        let mut set_cookies = shared.surplus_cookies(headers, &cookie, now);
        set_cookies.push(cookie);
        Ok(BegunLogin {
            location: self.location(endpoint, &parameters),
            set_cookies,
        })
    }

    /// Returns the parameters of the authorization request, without `client_id`.
    fn parameters(
        &self,
        request: &LoginRequest,
        pending: &PendingLogin,
    ) -> Vec<(&'static str, String)> {
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

    /// Pushes the request to the provider, and returns its `request_uri` ([RFC 9126 §2.2]).
    ///
    /// A failure is final: the same parameters in the URL would be a downgrade.
    ///
    /// [RFC 9126 §2.2]: https://www.rfc-editor.org/rfc/rfc9126#section-2.2
    async fn push(&self, parameters: &[(&'static str, String)]) -> Result<String, LoginError> {
        let form = parameters
            .iter()
            .fold(Form::new(), |form, (name, value)| form.with(name, value));
        let endpoint = EndpointName::PushedAuthorizationRequest;
        let response = self.shared.party.post(endpoint, form).await?;
        let malformed = |problem: &str| {
            LoginError::Endpoint(EndpointError::Malformed {
                problem: problem.to_owned(),
            })
        };
        let members = json::parse(json_body(&response)?);
        let members = members.map_err(|_| malformed("it is not JSON with unique members"))?;
        let is_positive = |seconds: &Value| seconds.as_f64().is_some_and(|seconds| seconds >= 1.0);
        if !members.get("expires_in").is_some_and(is_positive) {
            return Err(malformed(
                "its `expires_in` is not a number of seconds, at least 1",
            ));
        }
        let is_uri = |uri: &&str| {
            (1..=MAX_REQUEST_URI).contains(&uri.len())
                && uri.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let uri = members
            .get("request_uri")
            .and_then(Value::as_str)
            .filter(is_uri);
        let uri = uri.ok_or_else(|| malformed("its `request_uri` is not a URI"))?;
        Ok(uri.to_owned())
    }

    /// Returns the URL of the authorization endpoint with `client_id` and the parameters.
    fn location(&self, endpoint: &Uri, parameters: &[(&'static str, String)]) -> String {
        let form = Form::new().with("client_id", self.client_id());
        let form = parameters
            .iter()
            .fold(form, |form, (name, value)| form.with(name, value));
        let query = form.into_bytes();
        let separator = if endpoint.query().is_some() { '&' } else { '?' };
        format!("{endpoint}{separator}{}", String::from_utf8_lossy(&query))
    }
}
