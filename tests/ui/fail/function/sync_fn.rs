//! A handler is asynchronous.

use palisade::prelude::*;

#[secured(authenticated)]
fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
