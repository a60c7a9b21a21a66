//! A timeout has a unit, so it is text.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = 10)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
