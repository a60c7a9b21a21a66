//! An option appears once.

use palisade::prelude::*;

#[secured(authenticated, header_limit = 10, header_limit = 20)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
