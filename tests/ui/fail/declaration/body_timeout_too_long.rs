//! The maximum is one hour.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "61 min")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
