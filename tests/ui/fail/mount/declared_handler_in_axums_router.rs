//! A declared handler is nothing without its guard.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list() {}

fn main() {
    let _: axum::Router = axum::Router::new().route("/orders", axum::routing::get(list));
}
