//! An empty text names no role.

use palisade::prelude::*;

#[secured(roles = "")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
