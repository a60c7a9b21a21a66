//! `#[axum::debug_handler]` below the attribute checks the inner function.

use palisade::prelude::*;

#[secured(authenticated)]
#[axum::debug_handler]
async fn show(_: Caller, _: Path<u32>) -> &'static str {
    "shown"
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(show));
}
