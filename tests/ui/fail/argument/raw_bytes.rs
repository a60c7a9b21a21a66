//! The body as bytes is not checked.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: axum::body::Bytes) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
