//! The maximum is 10 000 pairs.

use palisade::prelude::*;

#[public(reason = "a test", parameter_limit = 10_001)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
