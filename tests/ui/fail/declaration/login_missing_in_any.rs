//! `any(…)` of the attribute has a login.

use palisade::prelude::*;

#[secured(any(scopes = "orders:read"))]
async fn create() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
