//! `HeaderMap` is not checked.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: axum::http::HeaderMap) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
