//! `any(login, …)` has all the access.

use palisade::prelude::*;

#[secured(any(login, scopes = "orders:read"), roles = "clerk")]
async fn create() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
