//! Requirements are combined with `any` and `all`, not with operators.

use palisade::prelude::*;

#[secured(scopes = "orders:read" | "orders:write")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
