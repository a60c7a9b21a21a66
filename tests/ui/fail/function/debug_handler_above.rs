//! `#[axum::debug_handler]` checks a function for axum's own router.

use palisade::prelude::*;

#[axum::debug_handler]
#[secured(authenticated)]
async fn show(_: Caller, _: Path<u32>) -> &'static str {
    "shown"
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(show));
}
