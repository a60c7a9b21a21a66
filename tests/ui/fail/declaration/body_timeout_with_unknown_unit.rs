//! The units are `ms`, `s` and `min`.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "1 h")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
