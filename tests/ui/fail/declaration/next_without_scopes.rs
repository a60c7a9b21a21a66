//! `next` has scopes or roles.

use palisade::prelude::*;

#[secured(scopes = "orders:read", next())]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
