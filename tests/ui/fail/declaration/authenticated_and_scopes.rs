//! `authenticated` accepts any valid token, so it excludes `scopes`.

use palisade::prelude::*;

#[secured(authenticated, scopes = "orders:read")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
