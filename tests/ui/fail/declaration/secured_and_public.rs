//! A handler is secured or public.

use palisade::prelude::*;

#[secured(authenticated)]
#[public(reason = "a test")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
