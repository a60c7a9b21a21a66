//! `authenticated` accepts any valid token, so it excludes `roles`.

use palisade::prelude::*;

#[secured(authenticated, roles = "admin")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
