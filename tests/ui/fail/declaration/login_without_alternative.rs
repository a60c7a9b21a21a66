//! `any(…)` has an alternative to the login.

use palisade::prelude::*;

#[secured(any(login))]
async fn create() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
