//! A handler owns its arguments.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list(_: &str) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
