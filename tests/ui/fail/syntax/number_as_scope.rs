//! A scope is text or a constant.

use palisade::prelude::*;

#[secured(scopes = 7)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
