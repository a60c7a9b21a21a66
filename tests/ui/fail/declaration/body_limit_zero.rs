//! A limit of zero would reject every body.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "0 KiB")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
