//! Palisade as in its README.

use axum::Router;
use palisade::prelude::*;
use palisade::resource_server::WithAudience;
use palisade::{Introspection, Secret};

use crate::contenders::handler::BODY;
use crate::outcome::Outcome;
use crate::tokens::{AUDIENCE, ISSUER, PATH, issuer};

#[secured(scopes = "orders:read")]
async fn show_orders() -> &'static str {
    BODY
}

/// Builds the router with the default settings.
pub(crate) async fn router() -> Outcome<Router> {
    with_issuer(issuer().issuer(AUDIENCE)).await
}

/// Builds the router with an issuer of opaque tokens, which are introspected at `endpoint`.
pub(crate) async fn introspecting(endpoint: String) -> Outcome<Router> {
    let introspection = Introspection::new("orders-api", Secret::new("secret")).endpoint(endpoint);
    let issuer = Issuer::new(ISSUER)
        .audience(AUDIENCE)
        .introspect(introspection);
    with_issuer(issuer.allow_loopback_http()).await
}

async fn with_issuer(issuer: Issuer<WithAudience>) -> Outcome<Router> {
    let server = ResourceServer::builder().trust(issuer).build().await?;
    let api = SecureRouter::new()
        .route(PATH, get(show_orders))
        .protect(server);
    Ok(api.into_router())
}
