//! A handler that requires a token has no login.

use palisade::prelude::*;
use palisade::relying_party::Login;

#[secured(scopes = "orders:read")]
async fn create(_: Login) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
