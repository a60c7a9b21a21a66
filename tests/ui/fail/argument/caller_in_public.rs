//! A public handler has no caller.

use palisade::prelude::*;

#[public(reason = "a test")]
async fn create(_: Caller) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
