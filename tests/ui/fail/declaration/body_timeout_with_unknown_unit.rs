//! The units are `ms`, `s`, `min` and `h`.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "1 d")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
