//! Options are separated by commas.

use palisade::prelude::*;

#[secured(authenticated body_limit = "1 KiB")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
