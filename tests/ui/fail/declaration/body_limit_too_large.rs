//! The maximum is 1 TiB, and 1 GiB without a body in chunks.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "2 TiB")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
