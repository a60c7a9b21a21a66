//! `authenticated` has no value.

use palisade::prelude::*;

#[secured(authenticated = true)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
