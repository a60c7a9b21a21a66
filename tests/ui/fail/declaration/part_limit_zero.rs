//! A handler without parts has no `Valid<Multipart<…>>`.

use palisade::prelude::*;

#[secured(authenticated, part_limit = 0)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
