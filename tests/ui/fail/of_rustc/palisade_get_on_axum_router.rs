//! axum's `Router::route` has an argument of axum's own type: no trait is involved.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list() {}

fn main() {
    let _: axum::Router = axum::Router::new().route("/", get(list));
}
