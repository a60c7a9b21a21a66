//! A session or a token is written as `any(login, …)`.

use palisade::prelude::*;

#[secured(login, scopes = "orders:read")]
async fn create() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
