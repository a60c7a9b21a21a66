//! A timeout is a number with a unit.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "s")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
