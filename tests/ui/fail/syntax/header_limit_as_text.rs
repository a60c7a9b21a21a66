//! A number of fields has no unit.

use palisade::prelude::*;

#[secured(authenticated, header_limit = "100")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
