//! The raw target of the request is input.

use axum::extract::OriginalUri;
use palisade::prelude::*;

#[public(reason = "a test")]
async fn create(_: OriginalUri) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
