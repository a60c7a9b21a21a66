//! A limit of zero would reject every request.

use palisade::prelude::*;

#[secured(authenticated, header_limit = 0)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
