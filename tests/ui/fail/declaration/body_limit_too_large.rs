//! The maximum is 1 GiB.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "2 GiB")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
