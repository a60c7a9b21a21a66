//! At most one space separates the number and the unit.

use palisade::prelude::*;

#[public(reason = "a test", body_timeout = "10  s")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
