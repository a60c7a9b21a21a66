//! The items of a list are separated by commas.

use palisade::prelude::*;

#[secured(roles = any("admin" "auditor"))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
