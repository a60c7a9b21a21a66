//! `ticket` has no value.

use palisade::prelude::*;

#[secured(authenticated, ticket = "30 s")]
async fn events() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(events));
}
