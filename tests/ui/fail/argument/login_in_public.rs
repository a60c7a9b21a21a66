//! A public handler has no login.

use palisade::prelude::*;
use palisade::relying_party::Login;

#[public(reason = "a test")]
async fn create(_: Login) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
