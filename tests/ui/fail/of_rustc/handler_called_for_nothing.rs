//! Nothing uses the value, so its type is open, and an open type has no message of a trait.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list() -> &'static str {
    "[]"
}

#[public(reason = "a handler that calls another one")]
async fn index() {
    let _ = list().await;
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(index));
}
