//! All mistakes are reported together, and mounting the handler adds none.

use palisade::prelude::*;

#[secured(scoops = "orders:read", body_limit = "64", unvalidated = " ")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
