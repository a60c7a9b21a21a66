//! Palisade as its README shows it.

use axum::Router;
use palisade::prelude::*;

use crate::contenders::handler::ANSWER;
use crate::outcome::Outcome;
use crate::tokens::{AUDIENCE, PATH, issuer};

#[secured(scopes = "orders:read")]
async fn show_orders() -> &'static str {
    ANSWER
}

/// The defaults: how many tokens are remembered would be said here, below `builder()`.
pub(super) async fn router() -> Outcome<Router> {
    let server = ResourceServer::builder()
        .trust(issuer().issuer(AUDIENCE))
        .build()
        .await?;
    let api = SecureRouter::new()
        .route(PATH, get(show_orders))
        .protect(server);
    Ok(api.into_service())
}
