//! Requests to the endpoints of a provider at which the client authenticates ([RFC 6749 §3.2]).
//!
//! [RFC 6749 §3.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.2

use std::time::Duration;

use http::{HeaderValue, Request, Response, header};
use http_body_util::Full;
use hyper::body::Bytes;
use tokio::time::timeout;

use crate::claims::{NumericDate, ScopeSet};
use crate::https::{Form, HttpsError, basic};
use crate::json;
use crate::relying_party::client::{ClientAuthentication, RelyingParty};
use crate::relying_party::endpoint_error::{EndpointError, OAuthError};
use crate::relying_party::metadata::EndpointName;
use crate::relying_party::token_response::{RotatedToken, TokenResponse};
use crate::secret::Secret;

/// The maximum time of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum length of a response body, in bytes.
const MAX_LEN: usize = 64 * 1024;

/// The type of a JWT with which a client authenticates (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A grant: the reason why the client gets a token ([RFC 6749 §1.3]).
///
/// The grant with the user's password and the implicit grant do not exist here.
///
/// [RFC 6749 §1.3]: https://www.rfc-editor.org/rfc/rfc6749#section-1.3
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grant<'a> {
    /// A code of an authorization response, with the PKCE verifier of its request.
    AuthorizationCode {
        code: &'a Secret,
        redirect_uri: &'a str,
        code_verifier: &'a Secret,
    },
    /// A refresh token.
    RefreshToken(&'a Secret),
    /// The client's own authentication.
    ClientCredentials,
}

/// A request for a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) grant: Grant<'a>,
    /// The scopes that are requested here, or were requested for the code or refresh token.
    pub(crate) scopes: &'a ScopeSet,
    /// The APIs for which the token is requested (RFC 8707).
    pub(crate) resources: &'a [String],
}

/// A request for a token that failed.
#[derive(Debug)]
pub(crate) struct FailedRequest {
    pub(crate) error: EndpointError,
    /// The refresh token of a response that was rejected.
    pub(crate) rotated: Option<RotatedToken>,
}

impl From<EndpointError> for FailedRequest {
    fn from(error: EndpointError) -> Self {
        Self {
            error,
            rotated: None,
        }
    }
}

impl TokenRequest<'_> {
    fn form(&self) -> Form {
        let mut form = match self.grant {
            Grant::AuthorizationCode {
                code,
                redirect_uri,
                code_verifier,
            } => Form::new()
                .with("grant_type", "authorization_code")
                .with("code", code.expose())
                .with("redirect_uri", redirect_uri)
                .with("code_verifier", code_verifier.expose()),
            Grant::RefreshToken(token) => Form::new()
                .with("grant_type", "refresh_token")
                .with("refresh_token", token.expose()),
            Grant::ClientCredentials => {
                let form = Form::new().with("grant_type", "client_credentials");
                match self.scopes.as_str() {
                    "" => form,
                    scopes => form.with("scope", scopes),
                }
            }
        };
        for resource in self.resources {
            form = form.with("resource", resource);
        }
        form
    }
}

impl RelyingParty {
    /// Requests a token, and checks the response.
    ///
    /// # Errors
    ///
    /// Returns [`EndpointError`] if there is no valid response, or it grants more than was requested.
    pub(crate) async fn request_token(
        &self,
        request: TokenRequest<'_>,
    ) -> Result<TokenResponse, EndpointError> {
        self.request(request).await.map_err(|failed| failed.error)
    }

    /// Does the same; an error has the refresh token of a response that was rejected.
    pub(crate) async fn request(
        &self,
        request: TokenRequest<'_>,
    ) -> Result<TokenResponse, FailedRequest> {
        // the lifetime counts from before the request: the response may be late
        let requested_at = self.provider().clock().now();
        let response = self.post(EndpointName::Token, request.form()).await?;
        let accepted = self.accept(&response, request, requested_at);
        accepted.map_err(|error| FailedRequest {
            error,
            rotated: TokenResponse::rotated(response.body()),
        })
    }

    /// Checks a successful response of the token endpoint.
    fn accept(
        &self,
        response: &Response<Bytes>,
        request: TokenRequest<'_>,
        requested_at: NumericDate,
    ) -> Result<TokenResponse, EndpointError> {
        let json = json_body(response)?;
        let response = TokenResponse::read(json, request.scopes, requested_at)?;
        // RFC 6749 §3.3: without a scope in the request, the person consents to the provider's default
        let is_default = matches!(request.grant, Grant::AuthorizationCode { .. });
        if is_default && request.scopes.is_empty() {
            return Ok(response);
        }
        let also_granted = self.registration().also_granted_scopes();
        let excess = response.scopes().iter().filter(|scope| {
            let mut expected = request.scopes.iter().chain(also_granted.iter());
            !expected.any(|other| other == *scope)
        });
        let excess = excess.collect::<Vec<_>>().join(" ");
        if !excess.is_empty() {
            return Err(EndpointError::ExcessScope { scopes: excess });
        }
        Ok(response)
    }

    /// Sends a form to an endpoint with the client's authentication, and returns a response with status 200
    /// (or 201, from the endpoint for pushed authorization requests).
    ///
    /// # Errors
    ///
    /// Returns [`EndpointError::Refused`] if the provider reports an error of OAuth, and others if there is no
    /// successful response within 10 s.
    pub(crate) async fn post(
        &self,
        endpoint: EndpointName,
        form: Form,
    ) -> Result<Response<Bytes>, EndpointError> {
        let metadata = self.provider().metadata().await?;
        let authentication = self.registration().authentication();
        self.check_method(&metadata)
            .map_err(|supported| EndpointError::AuthenticationMethod {
                method: authentication.method(),
                supported,
            })?;
        let has_certificate = authentication.tls_key().is_some();
        let url = metadata.url_of(endpoint, has_certificate);
        let url = url.ok_or(EndpointError::NoEndpoint {
            member: endpoint.member(),
        })?;
        let (form, authorization) = self.authenticate(endpoint, form)?;
        let mut request = Request::post(url)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, Form::MEDIA_TYPE);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request.body(Full::from(form.into_bytes()));
        let request = request.map_err(|_| HttpsError::InsecureUrl)?;
        let response = timeout(TIMEOUT, self.client().exchange(request, MAX_LEN)).await;
        let response = response.map_err(|_| HttpsError::Timeout)??;
        let success = match endpoint {
            EndpointName::PushedAuthorizationRequest => [200, 201],
            _ => [200, 200],
        };
        if success.contains(&response.status().as_u16()) {
            return Ok(response);
        }
        Err(refusal(&response))
    }

    /// Adds the client's authentication to the form, or returns it as a header value.
    fn authenticate(
        &self,
        endpoint: EndpointName,
        form: Form,
    ) -> Result<(Form, Option<HeaderValue>), EndpointError> {
        let client_id = self.registration().client_id();
        let authentication = self.registration().authentication();
        let is_in_header = matches!(authentication, ClientAuthentication::ClientSecretBasic(_));
        // it is a parameter of every authorization request, pushed or not
        let form = if is_in_header && endpoint != EndpointName::PushedAuthorizationRequest {
            form
        } else {
            form.with("client_id", client_id)
        };
        Ok(match authentication {
            ClientAuthentication::PrivateKeyJwt(key) => {
                let (provider, now) = (self.provider(), self.provider().clock().now());
                let assertion = key.sign(client_id, provider.issuer(), now);
                let assertion = assertion.ok_or(EndpointError::Signing)?;
                let form = form
                    .with("client_assertion_type", ASSERTION_TYPE)
                    .with("client_assertion", assertion.as_bytes());
                (form, None)
            }
            ClientAuthentication::ClientSecretBasic(secret) => {
                (form, Some(basic(client_id, secret)?))
            }
            ClientAuthentication::ClientSecretPost(secret) => {
                (form.with("client_secret", secret.expose()), None)
            }
            ClientAuthentication::TlsClientAuth(_)
            | ClientAuthentication::SelfSignedTlsClientAuth(_)
            | ClientAuthentication::Public => (form, None),
        })
    }
}

/// Returns the body of a response whose media type is `application/json`.
pub(super) fn json_body(response: &Response<Bytes>) -> Result<&[u8], EndpointError> {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_json = content_type.is_some_and(|value| {
        let essence = value.as_bytes().split(|byte| *byte == b';').next();
        let essence = essence.unwrap_or_default().trim_ascii();
        essence.eq_ignore_ascii_case(b"application/json")
    });
    if is_json {
        Ok(response.body())
    } else {
        Err(EndpointError::Malformed {
            problem: "its media type is not `application/json`".to_owned(),
        })
    }
}

/// Returns the error of a response without success.
pub(super) fn refusal(response: &Response<Bytes>) -> EndpointError {
    let status = response.status().as_u16();
    let refused = || {
        // a server that fails has decided nothing, whatever it says
        let is_client_error = (400..500).contains(&status);
        let json = json_body(response).ok().filter(|_| is_client_error)?;
        OAuthError::from_members(&json::parse(json).ok()?)
    };
    refused().map_or(EndpointError::Status(status), EndpointError::Refused)
}
