//! The whole request is not checked.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: axum::extract::Request) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
