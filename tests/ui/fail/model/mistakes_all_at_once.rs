//! Every mistake of one item is told in one go, and the mount is no further one.

use palisade::prelude::*;

#[secured(scoops = "orders:read", body_limit = "64", unvalidated = " ")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
