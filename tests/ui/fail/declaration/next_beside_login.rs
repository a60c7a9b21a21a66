//! A session has no scopes.

use palisade::prelude::*;

#[secured(any(login, scopes = "orders:read"), next(scopes = "orders:read orders:list"))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
