//! All wrong limits are reported together.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "1", body_timeout = "1", timeout = "1", header_limit = 0, parameter_limit = 0, part_limit = 0)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
