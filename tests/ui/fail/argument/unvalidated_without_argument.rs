//! The reason of `unvalidated` applies to an argument.

use palisade::prelude::*;

#[secured(authenticated, unvalidated = "the signature covers it")]
async fn create(_: Caller) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
