//! A limit has a value.

use palisade::prelude::*;

#[secured(authenticated, part_limit)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
