//! axum's own method routers ask for no declaration.

use palisade::prelude::*;

async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", axum::routing::get(list));
}
