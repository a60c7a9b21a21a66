//! `impl Trait` in an argument is a type parameter.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list(_: impl Send) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
