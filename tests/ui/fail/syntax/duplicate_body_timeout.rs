//! An option appears once.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "10 s", body_timeout = "20 s")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
