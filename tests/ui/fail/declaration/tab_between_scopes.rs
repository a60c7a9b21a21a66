//! RFC 6749 section 3.3: scopes are separated by a space.

use palisade::prelude::*;

#[secured(scopes = "orders:read\torders:write")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
