//! A duplicate in a list is probably a typo.

use palisade::prelude::*;

#[secured(roles = any("admin", "admin"))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
