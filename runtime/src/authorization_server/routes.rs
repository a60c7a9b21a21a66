//! The declared routes of the endpoints for clients.

use std::fmt;

use axum::Json;
use axum::extract::{FromRef, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use palisade_macros::public;

use crate::SecureRouter;
use crate::authorization_server::AuthorizationServer;
use crate::authorization_server::cors::{self, share};
use crate::authorization_server::endpoints::{TokenRequest, TokenResponse};
use crate::authorization_server::error::{OAuthFailure, no_store};
use crate::authorization_server::extract::ClientRequest;
use crate::authorization_server::paths::Paths;
use crate::response::metadata_options;
use crate::routing::rules::{SecuredRoutes, ShareState};
use crate::routing::{get, post};

/// The time for which documents may be cached, in seconds. Keys are published a day before they sign.
const MAX_AGE: &str = "public, max-age=3600";

/// The path of the metadata, before that of the issuer ([RFC 8414 §3.1](https://www.rfc-editor.org/rfc/rfc8414#section-3.1)).
const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";

/// The path of the metadata, after that of the issuer
/// ([OpenID Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)).
const OPENID_METADATA: &str = "/.well-known/openid-configuration";

/// The declared routes of an authorization server for its clients, which [`SecureRouter::merge`] mounts.
///
/// | route | does |
/// |---|---|
/// | `POST /token` | issues tokens |
/// | `POST /par` | stores a pushed authorization request |
/// | `POST /introspect` | returns the state of a token |
/// | `POST /revoke` | revokes a token |
/// | `GET /jwks` | returns the public keys |
/// | `GET /.well-known/oauth-authorization-server`, `GET /.well-known/openid-configuration` | return the metadata |
///
/// `OPTIONS` at the first two, at `/revoke` and at the documents answers preflights: see
/// [`browser_origin`](super::AuthorizationServerBuilder::browser_origin).
///
/// If the issuer has a path, such as `https://login.example/tenant`, the routes are below it, except
/// `/.well-known/oauth-authorization-server/tenant` ([RFC 8414 §3.1]).
///
/// The authorization endpoint, `/authorize` below the issuer, is a handler of the application, since it shows pages.
///
/// [RFC 8414 §3.1]: https://www.rfc-editor.org/rfc/rfc8414#section-3.1
#[derive(Clone)]
#[must_use = "routes serve nothing until they are merged"]
pub struct AuthorizationServerRoutes {
    server: AuthorizationServer,
    paths: Paths,
}

impl AuthorizationServerRoutes {
    /// Creates the routes of a server.
    pub fn new(server: AuthorizationServer) -> Self {
        Self {
            server,
            paths: Paths::default(),
        }
    }

    /// Sets the path of the application's authorization endpoint below the issuer, for the metadata; by default `/authorize`.
    ///
    /// # Panics
    ///
    /// Panics if the path does not begin with `/`.
    #[track_caller]
    pub fn authorize_path(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        assert!(
            path.starts_with('/'),
            "the path `{path}` must begin with `/`"
        );
        self.paths.authorize = path;
        self
    }

    #[track_caller]
    fn into_router<S: Send + Sync + 'static>(self) -> SecureRouter<S> {
        let Self { server, paths } = self;
        let state = Endpoints {
            metadata: server.metadata(&paths),
            server,
        };
        let issuer = state.server.issuer_path().to_owned();
        let below = |path: &str| format!("{issuer}{path}");
        let origins = state.server.shared.browser_origins.clone();
        SecureRouter::new()
            .route(&below(&paths.token), post(token).options(preflight))
            .route(&below(&paths.push), post(push_request).options(preflight))
            .route(&below(&paths.revoke), post(revoke).options(preflight))
            .route_layer(from_fn_with_state(origins, share))
            .route(&below(&paths.introspect), post(introspect))
            .route(&below(&paths.jwks), get(keys).options(document_preflight))
            .route(
                &format!("{OAUTH_METADATA}{issuer}"),
                get(metadata).options(document_preflight),
            )
            .route(
                &below(OPENID_METADATA),
                get(metadata).options(document_preflight),
            )
            .with_state(state)
    }
}

/// The state of the routes.
#[derive(Clone)]
struct Endpoints {
    server: AuthorizationServer,
    metadata: serde_json::Value,
}

impl FromRef<Endpoints> for AuthorizationServer {
    fn from_ref(endpoints: &Endpoints) -> Self {
        endpoints.server.clone()
    }
}

/// Issues tokens.
#[public(
    reason = "the endpoint authenticates the client",
    body_limit = "64 KiB"
)]
async fn token(
    State(server): State<AuthorizationServer>,
    request: TokenRequest,
) -> Result<TokenResponse, OAuthFailure> {
    server.issue_tokens(request).await
}

/// Stores a pushed authorization request.
#[public(
    reason = "the endpoint authenticates the client",
    body_limit = "64 KiB"
)]
async fn push_request(
    State(server): State<AuthorizationServer>,
    ClientRequest {
        headers,
        certificate,
        form,
    }: ClientRequest,
) -> Result<Response, OAuthFailure> {
    let pushed = server.push(&headers, certificate.as_ref(), &form).await?;
    Ok((StatusCode::CREATED, no_store(), Json(pushed)).into_response())
}

/// Returns the state of a token.
#[public(
    reason = "the endpoint authenticates the client",
    body_limit = "64 KiB"
)]
async fn introspect(
    State(server): State<AuthorizationServer>,
    ClientRequest {
        headers,
        certificate,
        form,
    }: ClientRequest,
) -> Result<Response, OAuthFailure> {
    let state = server.introspect(&headers, certificate.as_ref(), &form);
    Ok((no_store(), Json(state.await?)).into_response())
}

/// Revokes a token.
#[public(
    reason = "the endpoint authenticates the client",
    body_limit = "64 KiB"
)]
async fn revoke(
    State(server): State<AuthorizationServer>,
    ClientRequest {
        headers,
        certificate,
        form,
    }: ClientRequest,
) -> Result<Response, OAuthFailure> {
    server.revoke(&headers, certificate.as_ref(), &form).await?;
    Ok((StatusCode::OK, no_store()).into_response())
}

/// Returns the public keys.
#[public(reason = "public keys")]
async fn keys(State(server): State<AuthorizationServer>) -> Response {
    let jwks = server.access_tokens().jwks().await.to_string();
    let media_type = (
        CONTENT_TYPE,
        HeaderValue::from_static("application/jwk-set+json"),
    );
    ([media_type], document_fields(), jwks).into_response()
}

/// Returns the metadata.
#[public(reason = "the metadata of the server is public")]
async fn metadata(State(endpoints): State<Endpoints>) -> Response {
    (document_fields(), Json(endpoints.metadata)).into_response()
}

/// Allows pages of the configured origins to send requests.
#[public(reason = "a preflight has no credentials")]
async fn preflight() -> Response {
    cors::preflight().into_response()
}

/// Allows pages of every origin to read a document.
#[public(reason = "a preflight has no credentials")]
async fn document_preflight() -> Response {
    metadata_options()
}

/// Documents may be read by scripts of every origin.
fn document_fields() -> [(HeaderName, HeaderValue); 2] {
    [
        (CACHE_CONTROL, HeaderValue::from_static(MAX_AGE)),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ]
}

#[diagnostic::do_not_recommend]
impl SecuredRoutes for AuthorizationServerRoutes {
    type Routes = Self;

    fn into_routes(self) -> Self {
        self
    }
}

/// The handlers have their own state, so that the routes fit into a router of any state.
#[diagnostic::do_not_recommend]
impl<S: Send + Sync + 'static> ShareState<SecureRouter<S>> for AuthorizationServerRoutes {
    fn share(self) -> SecureRouter<S> {
        self.into_router()
    }
}

impl fmt::Debug for AuthorizationServerRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationServerRoutes")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
