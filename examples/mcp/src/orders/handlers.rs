//! The handlers: who may perform each operation, and with which input.

use axum::http::request::Parts;
use palisade::Shutdown;
use palisade::prelude::*;

use super::model::{NewOrder, ORDERS_READ, ORDERS_WRITE, PAYMENTS_REFUND, Refund};
use super::tools::Shop;
use crate::message::{Listing, Message, NoArguments, ToolCall};

#[secured(
    authenticated,
    unvalidated = "rmcp validates the header fields of the protocol"
)]
pub(super) async fn discover(
    caller: Caller,
    shutdown: Shutdown,
    State(shop): State<Shop>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<Listing>>>,
) -> Response {
    shop.call(caller, shutdown, parts, message).await
}

#[secured(
    authenticated,
    unvalidated = "rmcp validates the header fields of the protocol"
)]
pub(super) async fn list_tools(
    caller: Caller,
    shutdown: Shutdown,
    State(shop): State<Shop>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<Listing>>>,
) -> Response {
    shop.call(caller, shutdown, parts, message).await
}

#[secured(scopes = ORDERS_READ, unvalidated = "rmcp validates the header fields of the protocol")]
pub(super) async fn list_orders(
    caller: Caller,
    shutdown: Shutdown,
    State(shop): State<Shop>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<ToolCall<NoArguments>>>>,
) -> Response {
    shop.call(caller, shutdown, parts, message).await
}

#[secured(scopes = ORDERS_WRITE, unvalidated = "rmcp validates the header fields of the protocol")]
pub(super) async fn place_order(
    caller: Caller,
    shutdown: Shutdown,
    State(shop): State<Shop>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<ToolCall<NewOrder>>>>,
) -> Response {
    shop.call(caller, shutdown, parts, message).await
}

#[secured(
    scopes = all(ORDERS_WRITE, PAYMENTS_REFUND),
    unvalidated = "rmcp validates the header fields of the protocol"
)]
pub(super) async fn refund_order(
    caller: Caller,
    shutdown: Shutdown,
    State(shop): State<Shop>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<ToolCall<Refund>>>>,
) -> Response {
    shop.call(caller, shutdown, parts, message).await
}

#[secured(scopes = ORDERS_READ, unvalidated = "rmcp validates the header fields of the protocol")]
pub(super) async fn watch_orders(
    caller: Caller,
    shutdown: Shutdown,
    State(shop): State<Shop>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<ToolCall<NoArguments>>>>,
) -> Response {
    shop.call(caller, shutdown, parts, message).await
}
