//! Validated requests as arguments of declared handlers.

use axum::extract::{FromRef, FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};

use crate::authorization_server::AuthorizationServer;
use crate::authorization_server::authorization::{AuthorizationFailure, AuthorizationRequest};
use crate::authorization_server::endpoints::TokenRequest;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::{ClientCertificate, TrustedExtractor};

/// The media type of requests of clients.
const FORM: &str = "application/x-www-form-urlencoded";

/// The parts of a request to an endpoint for clients.
pub(super) struct ClientRequest {
    pub(super) headers: HeaderMap,
    pub(super) certificate: Option<ClientCertificate>,
    pub(super) form: String,
}

impl TrustedExtractor for ClientRequest {
    const REASON: &'static str =
        "the endpoint authenticates the client, and validates each parameter that it reads";
}

impl<S: Send + Sync> FromRequest<S> for ClientRequest {
    type Rejection = OAuthFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthFailure> {
        let certificate = ClientCertificate::of(&request);
        let headers = request.headers().clone();
        let form = read_form(request, state).await?;
        Ok(Self {
            headers,
            certificate,
            form,
        })
    }
}

impl TrustedExtractor for TokenRequest {
    const REASON: &'static str =
        "`AuthorizationServer` authenticates the client, and reads known grants only";
}

/// Reads the form of the request, and authenticates its client.
impl<S> FromRequest<S> for TokenRequest
where
    AuthorizationServer: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = OAuthFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthFailure> {
        let server = AuthorizationServer::from_ref(state);
        let ClientRequest {
            headers,
            certificate,
            form,
        } = ClientRequest::from_request(request, state).await?;
        server
            .token_request(&headers, certificate.as_ref(), &form)
            .await
    }
}

impl TrustedExtractor for AuthorizationRequest {
    const REASON: &'static str =
        "`AuthorizationServer` validates the client, the redirect URI, PKCE, scopes and resources";
}

/// Reads the query of a `GET` request, or the form of a `POST` request ([OpenID Connect Core §3.1.2.1]).
///
/// [OpenID Connect Core §3.1.2.1]: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
impl<S> FromRequest<S> for AuthorizationRequest
where
    AuthorizationServer: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = AuthorizationFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, AuthorizationFailure> {
        let server = AuthorizationServer::from_ref(state);
        let parameters = match *request.method() {
            Method::GET => request.uri().query().unwrap_or_default().to_owned(),
            Method::POST => {
                let form = read_form(request, state).await;
                form.map_err(AuthorizationFailure::Shown)?
            }
            // routes for `GET` answer `HEAD` too, which previews of links send: it must not use up a pushed request
            _ => return Err(AuthorizationFailure::Shown(OTHER_METHOD)),
        };
        server.authorization_request(&parameters).await
    }
}

const OTHER_METHOD: OAuthFailure = OAuthFailure::new(
    ErrorCode::InvalidRequest,
    "the method of an authorization request is GET or POST",
);

const NO_FORM: OAuthFailure = OAuthFailure::new(
    ErrorCode::InvalidRequest,
    "the body is not a form, or is too long",
);

/// Reads a form within the body limit of the route.
async fn read_form<S: Send + Sync>(request: Request, state: &S) -> Result<String, OAuthFailure> {
    let media_type = request.headers().get(CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|value| value.split(';').next());
    if !essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM)) {
        return Err(NO_FORM);
    }
    let form = String::from_request(request, state).await;
    form.map_err(|_| NO_FORM)
}
