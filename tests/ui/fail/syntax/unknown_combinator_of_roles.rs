//! The combinators are `any` and `all`.

use palisade::prelude::*;

#[secured(roles = either("admin", "auditor"))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
