//! `scopes` has a value.

use palisade::prelude::*;

#[secured(scopes)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
