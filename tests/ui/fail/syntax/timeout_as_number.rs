//! A timeout has a unit, and therefore is text.

use palisade::prelude::*;

#[secured(authenticated, timeout = 10)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
