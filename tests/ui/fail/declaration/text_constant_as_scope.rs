//! A constant in `scopes` is a `Scope`.

use palisade::prelude::*;

const READ: &str = "orders:read";

#[secured(scopes = READ)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
