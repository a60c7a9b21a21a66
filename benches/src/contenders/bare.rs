//! Bare axum without a guard.

use axum::Router;
use axum::routing::get;

use crate::contenders::handler::show_orders;
use crate::tokens::PATH;

pub(super) fn router() -> Router {
    Router::new().route(PATH, get(show_orders))
}
