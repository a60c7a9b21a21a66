//! A handler has no type parameters.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list<T: Send>() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
