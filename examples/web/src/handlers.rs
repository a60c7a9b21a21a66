//! The handlers of the pages.

use axum::http::{HeaderMap, header};
use palisade::prelude::*;
use palisade::relying_party::{Login, Sessions};
use serde_json::{Map, Value};

use crate::orders::OrdersApi;
use crate::page::{self, Page};

/// The claims that the pages show.
const CLAIMS: [&str; 3] = ["name", "preferred_username", "email"];

/// The person, as `GET /me` returns it.
#[derive(Serialize)]
pub(crate) struct Me {
    issuer: String,
    subject: String,
    claims: Map<String, Value>,
}

/// Welcomes people who have not logged in, and sends the others to their orders.
#[public(
    reason = "the page is the same for everyone",
    unvalidated = "the session chooses one of two public responses"
)]
pub(crate) async fn home(
    State(sessions): State<Sessions>,
    Unvalidated(headers): Unvalidated<HeaderMap>,
) -> Response {
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    // an unavailable store is an error of the page with the orders
    if sessions.is_logged_in(&headers).await.unwrap_or(false) {
        let orders = (StatusCode::SEE_OTHER, [(header::LOCATION, "/orders")]);
        return (no_store, orders).into_response();
    }
    (no_store, page::welcome()).into_response()
}

/// Shows who has logged in, as JSON.
#[secured(login)]
pub(crate) async fn me(login: Login) -> Json<Me> {
    let used = CLAIMS.iter().filter_map(|name| {
        let value = login.claims().get(*name)?;
        Some(((*name).to_owned(), value.clone()))
    });
    Json(Me {
        issuer: login.issuer().to_owned(),
        subject: login.subject().to_owned(),
        claims: used.collect(),
    })
}

/// Shows who has logged in, and the orders.
#[secured(login)]
pub(crate) async fn list_orders(
    login: Login,
    State(orders): State<OrdersApi>,
) -> Result<Page, Problem> {
    let listed = orders.list(&login).await?;
    let claims = CLAIMS.iter().find_map(|name| login.claim_text(name));
    let name = claims.unwrap_or(login.subject());
    Ok(page::orders(name, &login, &listed))
}

#[public(reason = "the style of all pages")]
pub(crate) async fn style() -> ([(header::HeaderName, &'static str); 1], &'static str) {
    let css = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (css, include_str!("style.css"))
}
