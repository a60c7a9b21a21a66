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
    Ok(with_routes(0, server().await?))
}

/// Builds the router with an issuer of opaque tokens, which are introspected at `endpoint`.
pub(crate) async fn introspecting(endpoint: String) -> Outcome<Router> {
    let introspection = Introspection::new("orders-api", Secret::new("secret")).endpoint(endpoint);
    let issuer = Issuer::new(ISSUER)
        .audience(AUDIENCE)
        .introspect(introspection);
    with_issuer(issuer.allow_loopback_http()).await
}

/// Builds the server of an API with the default settings.
pub(crate) async fn server() -> Outcome<ResourceServer> {
    let issuer = issuer().issuer(AUDIENCE);
    Ok(ResourceServer::builder().trust(issuer).build().await?)
}

/// Builds the router with `count` more routes.
pub(crate) fn with_routes(count: usize, server: ResourceServer) -> Router {
    let routes = (0..count).map(|at| format!("/resources{at}/{{id}}"));
    let more = routes.fold(SecureRouter::new(), |router, path| {
        router.route(&path, get(show_orders))
    });
    more.route(PATH, get(show_orders))
        .protect(server)
        .into_router()
}

async fn with_issuer(issuer: Issuer<WithAudience>) -> Outcome<Router> {
    let server = ResourceServer::builder().trust(issuer).build().await?;
    Ok(with_routes(0, server))
}
