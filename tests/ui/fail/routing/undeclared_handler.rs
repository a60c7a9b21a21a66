//! A handler has a declaration.

use palisade::prelude::*;

async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", get(list));
}
