//! A handler runs only behind its guard.

use palisade::prelude::*;

#[secured(scopes = "orders:read")]
async fn list() {}

#[public(reason = "a handler that calls another one")]
async fn index() {
    list().await
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(index));
}
