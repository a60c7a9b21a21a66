//! axum's `post` accepts handlers without a declaration; the import shadows the prelude's.

use axum::routing::post;
use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: Caller) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", post(create));
}
