//! RFC 6749 section 3.3: scopes are separated by exactly one space.

use palisade::prelude::*;

#[secured(scopes = "orders:read  orders:write")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
