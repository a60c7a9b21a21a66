//! A scope is the value of `scopes`.

use palisade::prelude::*;

#[secured("orders:read")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
