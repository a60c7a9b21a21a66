//! The combinators are `any` and `all`.

use palisade::prelude::*;

#[secured(scopes = one_of("a", "b"))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
