//! All mistakes in requirements are reported together, and mounting the handler adds none.

use palisade::prelude::*;

#[secured(scopes = "", roles = any("a b", all(), one_of("c"), ""))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
