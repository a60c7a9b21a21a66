//! Two attributes do not combine.

use palisade::prelude::*;

#[secured(scopes = "orders:read")]
#[secured(scopes = "orders:write")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
