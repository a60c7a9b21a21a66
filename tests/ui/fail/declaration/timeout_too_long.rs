//! A timeout is at most an hour.

use palisade::prelude::*;

#[secured(authenticated, timeout = "3600001 ms")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
