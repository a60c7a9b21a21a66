//! A timeout of zero would reject every body.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "0 s")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
