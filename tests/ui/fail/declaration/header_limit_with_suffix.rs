//! A number has no type suffix.

use palisade::prelude::*;

#[secured(authenticated, header_limit = 100usize)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
