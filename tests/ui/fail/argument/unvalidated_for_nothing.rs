//! A reason for what is not there.

use palisade::prelude::*;

#[secured(authenticated, unvalidated = "the signature covers it")]
async fn create(_: Caller) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
