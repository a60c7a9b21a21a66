//! The units are binary.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "64 KB")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
