//! An option appears once; `any` and `all` combine scopes.

use palisade::prelude::*;

#[secured(scopes = "orders:read", scopes = "orders:write")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
