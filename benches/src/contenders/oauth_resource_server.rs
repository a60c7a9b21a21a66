//! The crate `oauth-resource-server` with its axum layer.
//!
//! Its keys are seeded, so that it needs no network, and it requires `at+jwt`, as Palisade does.
//! It verifies with jsonwebtoken 9 on ring, and has no token cache.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use oauth_resource_server::axum::AuthLayer;
use oauth_resource_server::{KeyNaming, OAuthConfig, OAuthValidator, static_token_policy};

use crate::contenders::handler::show_orders;
use crate::outcome::Outcome;
use crate::tokens::{AUDIENCE, ISSUER, PATH, SCOPE, issuer};

pub(super) fn router() -> Outcome<Router> {
    let config = OAuthConfig {
        enabled: true,
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        resource: AUDIENCE.to_owned(),
        required_scope: Some(SCOPE.to_owned()),
        leeway_secs: 30,
        require_at_jwt: true,
        ..OAuthConfig::default()
    };
    let resolved = config
        .resolve(KeyNaming::Dotted("oauth"))?
        .ok_or("the configuration is enabled")?;
    let validator = OAuthValidator::builder(&resolved)
        .initial_jwks(&issuer().jwks())
        .build()?;
    let decision = static_token_policy(None, Some(&resolved), false)?;
    let guard = AuthLayer::from_decision(decision, Some(Arc::new(validator)))?;
    Ok(Router::new()
        .route(PATH, get(show_orders))
        .route_layer(guard))
}
