//! A limit is a number with a unit.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "KiB")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
