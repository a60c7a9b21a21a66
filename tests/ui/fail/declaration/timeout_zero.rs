//! A timeout is at least one millisecond.

use palisade::prelude::*;

#[secured(authenticated, timeout = "0 s")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
