//! axum's `get` accepts a handler with any response, which leaves the guard open. rustc reports the bound of
//! `list` that needs it; an open type has no message of a trait. `RunsHandlers` in `palisade::rules` explains it.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list() {}

fn main() {
    let _: axum::Router = axum::Router::new().route("/", axum::routing::get(list));
}
