//! The endpoint that somebody forgot to protect.

use palisade::prelude::*;

async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", get(list));
}
