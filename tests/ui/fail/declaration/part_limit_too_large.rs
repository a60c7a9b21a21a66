//! The maximum is 1000 parts.

use palisade::prelude::*;

#[public(reason = "a test", part_limit = 1_001)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
