//! As `handler_on_axum_router`, with an imported function, an argument and a response.

use axum::routing::post;
use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: Caller) -> Result<&'static str, Problem> {
    Ok("created")
}

fn main() {
    let _: axum::Router<u8> = axum::Router::new().route("/orders", post(create));
}
