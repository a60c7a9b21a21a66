//! A browser sends the cookie of a session itself.

use palisade::prelude::*;

#[secured(login, ticket)]
async fn create() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
