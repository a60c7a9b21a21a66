//! A timeout is a whole number.

use palisade::prelude::*;

#[secured(authenticated, timeout = "1.5 s")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
