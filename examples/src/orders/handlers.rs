//! The handlers, each with its declaration.

use palisade::prelude::*;
use uuid::Uuid;

use super::model::{CallerSummary, Listing, NewOrder, Order};
use super::scope::{ADMIN, ORDERS_DELETE, ORDERS_READ, ORDERS_WRITE};
use super::store::Store;

#[public(reason = "liveness probe, reveals nothing")]
pub(super) async fn health() -> &'static str {
    "ok"
}

#[secured(authenticated)]
pub(super) async fn whoami(caller: Caller) -> Json<CallerSummary> {
    Json(CallerSummary {
        sub: caller.subject().to_owned(),
        client_id: caller.client_id().map(str::to_owned),
        scopes: caller.scopes().iter().map(str::to_owned).collect(),
    })
}

#[secured(scopes = ORDERS_READ)]
pub(super) async fn list_orders(
    State(store): State<Store>,
    Valid(Query(listing)): Valid<Query<Listing>>,
) -> Json<Vec<Order>> {
    Json(store.list(&listing))
}

#[secured(scopes = ORDERS_READ)]
pub(super) async fn show_order(
    State(store): State<Store>,
    Path(id): Path<Uuid>,
) -> Result<Json<Order>, Problem> {
    store.show(id).map(Json).ok_or_else(no_such_order)
}

#[secured(scopes = ORDERS_WRITE)]
pub(super) async fn create_order(
    State(store): State<Store>,
    Valid(Json(order)): Valid<Json<NewOrder>>,
) -> Result<(StatusCode, Json<Order>), Problem> {
    let order = store.create(order).ok_or_else(|| {
        Problem::new(StatusCode::INSUFFICIENT_STORAGE).detail("the store is full")
    })?;
    Ok((StatusCode::CREATED, Json(order)))
}

#[secured(scopes = any(ADMIN, all(ORDERS_WRITE, ORDERS_DELETE)))]
pub(super) async fn delete_order(
    State(store): State<Store>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    if store.delete(id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_order())
    }
}

fn no_such_order() -> Problem {
    Problem::new(StatusCode::NOT_FOUND).detail("no such order")
}
