//! An extension of axum holds the raw target of the request.

use axum::Extension;
use axum::extract::OriginalUri;
use palisade::prelude::*;

#[public(reason = "a test")]
async fn create(_: Extension<OriginalUri>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
