//! The crate `huskarl-axum` with its RFC 9068 validator.
//!
//! Its own `JwksSource` holds the keys, as in its examples, with an HTTP client that responds from memory.
//! It verifies with its default platform, the `RustCrypto` crates, and has no token cache.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use huskarl_axum::layers::ValidatorLayer;
use huskarl_axum::resource_server::core::http::{HttpClient, HttpResponse, Idempotency};
use huskarl_axum::resource_server::core::platform::MaybeSendBoxFuture;
use huskarl_axum::resource_server::core::{EndpointUrl, Error};
use huskarl_axum::resource_server::validator::rfc9068::Rfc9068Validator;

use crate::contenders::handler::show_orders;
use crate::outcome::Outcome;
use crate::tokens::{AUDIENCE, ISSUER, PATH, SCOPE, issuer};

/// Responds to every request with the issuer's keys.
struct KeysInMemory;

impl HttpClient for KeysInMemory {
    fn execute(
        &self,
        _: Request<Bytes>,
        _: Idempotency,
    ) -> MaybeSendBoxFuture<'_, Result<HttpResponse, Error>> {
        Box::pin(async {
            Ok(HttpResponse {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: issuer().jwks().into(),
            })
        })
    }
}

pub(super) async fn router() -> Outcome<Router> {
    let jwks_uri: EndpointUrl = format!("{ISSUER}/jwks").parse()?;
    let validator = Rfc9068Validator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .jwks_uri(jwks_uri)
        .jwks_source(KeysInMemory)
        .build()
        .await?;
    let guard = ValidatorLayer::builder().validator(validator).build();
    Ok(Router::new()
        .route(PATH, get(show_orders))
        .layer(guard.require_scopes([SCOPE])))
}
