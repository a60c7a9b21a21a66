//! The maximum is one day, and one hour without a body in chunks.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "25 h")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
