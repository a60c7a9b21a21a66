//! axum's `get` accepts handlers without a declaration.

use palisade::prelude::*;

async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", axum::routing::get(list));
}
