//! A session has no token, and so no caller.

use palisade::prelude::*;

#[secured(login)]
async fn create(_: Caller) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
