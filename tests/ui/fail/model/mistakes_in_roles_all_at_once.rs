//! Every mistake of both requirements is told in one go, and the mount is no further one.

use palisade::prelude::*;

#[secured(scopes = "", roles = any("a b", all(), one_of("c"), ""))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
