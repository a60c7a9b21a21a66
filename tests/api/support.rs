//! The API under test.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use palisade::prelude::*;
use uuid::Uuid;

/// Counts the calls of all handlers.
#[derive(Clone, Default)]
pub(crate) struct Calls {
    count: Arc<AtomicUsize>,
}

impl Calls {
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn increment(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewOrder {
    #[garde(length(chars, min = 1, max = 8))]
    pub(crate) sku: String,
    #[garde(range(min = 1, max = 100))]
    pub(crate) quantity: u32,
    #[garde(length(max = 3), dive)]
    #[serde(default)]
    pub(crate) line_items: Vec<LineItem>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct LineItem {
    #[garde(range(min = 0.0, max = 1_000.0))]
    pub(crate) unit_price: f64,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    #[garde(range(min = 1, max = 100))]
    pub(crate) page: Option<u32>,
    #[garde(range(min = 0.0, max = 1.0))]
    pub(crate) share: Option<f64>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shelf {
    #[garde(length(bytes, max = 4))]
    pub(crate) name: String,
}

#[public(reason = "liveness probe, reveals nothing")]
async fn health() -> &'static str {
    "ok"
}

#[secured(authenticated)]
async fn whoami(caller: Caller, State(calls): State<Calls>) -> String {
    calls.increment();
    caller.subject().to_owned()
}

#[secured(scopes = "orders:read")]
async fn list(State(calls): State<Calls>, Valid(Query(listing)): Valid<Query<Listing>>) -> String {
    calls.increment();
    format!("{:?} {:?}", listing.page, listing.share)
}

#[secured(scopes = "orders:write")]
async fn create(
    State(calls): State<Calls>,
    Valid(Json(order)): Valid<Json<NewOrder>>,
) -> StatusCode {
    calls.increment();
    assert!(
        (1..=100).contains(&order.quantity) && !order.sku.is_empty() && order.line_items.len() <= 3
    );
    assert!(
        order
            .line_items
            .iter()
            .all(|item| item.unit_price.is_finite())
    );
    StatusCode::CREATED
}

#[secured(scopes = "orders:read")]
async fn show(State(calls): State<Calls>, Path(id): Path<Uuid>) -> String {
    calls.increment();
    id.to_string()
}

#[secured(scopes = any("admin", all("orders:write", "orders:delete")))]
async fn delete_order(State(calls): State<Calls>, Path(_): Path<Uuid>) -> StatusCode {
    calls.increment();
    StatusCode::NO_CONTENT
}

#[secured(scopes = "orders:write")]
async fn list_by_form(
    State(calls): State<Calls>,
    Valid(Form(listing)): Valid<Form<Listing>>,
) -> String {
    calls.increment();
    format!("{:?}", listing.page)
}

#[secured(scopes = "orders:read")]
async fn shelf(State(calls): State<Calls>, Valid(Path(shelf)): Valid<Path<Shelf>>) -> String {
    calls.increment();
    shelf.name
}

#[secured(scopes = "orders:write")]
async fn optional_order(order: Option<Valid<Json<NewOrder>>>) -> String {
    order.map_or_else(|| "absent".to_owned(), |Valid(Json(order))| order.sku)
}

#[secured(scopes = "orders:write", body_limit = "100 B", unvalidated = "a test")]
async fn raw(Unvalidated(body): Unvalidated<axum::body::Bytes>) -> String {
    body.len().to_string()
}

#[secured(scopes = "orders:write", body_limit = "128 KiB")]
async fn create_large(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

#[secured(scopes = "orders:write", body_limit = "40 B")]
async fn create_small(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

/// Routes with every handler.
pub(crate) fn routes(calls: &Calls) -> SecureRouter {
    SecureRouter::new()
        .route("/health", get(health))
        .route("/whoami", get(whoami))
        .route("/orders", get(list).post(create).put(list_by_form))
        .route("/orders/{id}", get(show).delete(delete_order))
        .route("/shelves/{name}", get(shelf))
        .route("/optional", post(optional_order))
        .route("/raw", post(raw))
        .route("/large", post(create_large))
        .route("/small", post(create_small))
        .with_state(calls.clone())
}

/// Returns the `errors` of a problem, as pairs of pointer and detail.
pub(crate) fn errors(problem: &serde_json::Value) -> Vec<(String, String)> {
    let entries = problem["errors"].as_array().cloned().unwrap_or_default();
    let text =
        |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    entries
        .iter()
        .map(|entry| (text(entry, "pointer"), text(entry, "detail")))
        .collect()
}
