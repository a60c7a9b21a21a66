//! A reason is one text; only requirements are combined.

use palisade::prelude::*;

#[public(reason = "probe" | "status page")]
async fn health() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(health));
}
