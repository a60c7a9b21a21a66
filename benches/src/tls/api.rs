//! The API of the servers that are measured over TLS.

use axum::Router;
use palisade::Api;
use palisade::prelude::*;

use crate::outcome::Outcome;
use crate::tokens::{AUDIENCE, PATH, issuer};

/// The body of the responses.
const BODY: &str = "three orders";

/// A response that a slow client reads for a long time. It needs no memory of the handler.
static LARGE: [u8; 4 << 20] = [b'x'; 4 << 20];

/// An order, as slow clients send it.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    #[garde(length(chars, max = 100))]
    item: String,
}

#[public(reason = "the guard is measured elsewhere")]
async fn show_orders() -> &'static str {
    BODY
}

#[public(reason = "the guard is measured elsewhere")]
async fn create_order(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.item
}

#[public(reason = "the guard is measured elsewhere")]
async fn export() -> &'static [u8] {
    &LARGE
}

/// The path of the large response.
pub(crate) const LARGE_PATH: &str = "/export";

/// Builds the API.
pub(crate) async fn build() -> Outcome<Api> {
    let issuer = issuer().issuer(AUDIENCE);
    let server = ResourceServer::builder().trust(issuer).build().await?;
    let routes = SecureRouter::new()
        .route(PATH, get(show_orders).post(create_order))
        .route(LARGE_PATH, get(export));
    Ok(routes.protect(server))
}

/// Returns bare axum with the same response.
pub(crate) fn bare() -> Router {
    Router::new().route(PATH, axum::routing::get(async || BODY))
}
