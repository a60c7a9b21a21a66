//! `authenticated` accepts any valid token, so it excludes `scopes` and `roles`.

use palisade::prelude::*;

#[secured(authenticated, scopes = "orders:read", roles = "admin")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
