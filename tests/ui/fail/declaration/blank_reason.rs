//! A reason contains words.

use palisade::prelude::*;

#[public(reason = "  ")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
