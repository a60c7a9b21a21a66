//! The maximum is 1000 fields.

use palisade::prelude::*;

#[secured(authenticated, header_limit = 1_001)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
