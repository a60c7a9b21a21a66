//! Palisade as its README shows it.

use axum::Router;
use palisade::prelude::*;
use palisade::resource_server::WithAudience;
use palisade::{Introspection, Secret};

use crate::contenders::handler::ANSWER;
use crate::outcome::Outcome;
use crate::tokens::{AUDIENCE, ISSUER, PATH, issuer};

#[secured(scopes = "orders:read")]
async fn show_orders() -> &'static str {
    ANSWER
}

/// The defaults: how many tokens are remembered would be said here, below `builder()`.
pub(super) async fn router() -> Outcome<Router> {
    behind(issuer().issuer(AUDIENCE)).await
}

/// With an issuer that is asked at `endpoint` about its tokens, which are opaque.
pub(super) async fn introspecting(endpoint: String) -> Outcome<Router> {
    let asked = Introspection::new("orders-api", Secret::new("secret")).endpoint(endpoint);
    let issuer = Issuer::new(ISSUER).audience(AUDIENCE).introspect(asked);
    behind(issuer.allow_loopback_http()).await
}

async fn behind(issuer: Issuer<WithAudience>) -> Outcome<Router> {
    let server = ResourceServer::builder().trust(issuer).build().await?;
    let api = SecureRouter::new()
        .route(PATH, get(show_orders))
        .protect(server);
    Ok(api.into_standalone_router())
}
