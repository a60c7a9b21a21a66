//! An option has one value.

use palisade::prelude::*;

#[secured(authenticated, timeout = "10s", timeout = "20s")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
