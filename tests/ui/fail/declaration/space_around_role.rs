//! An invisible space would deny every caller.

use palisade::prelude::*;

#[secured(roles = "admin ")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
