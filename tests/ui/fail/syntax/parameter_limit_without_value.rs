//! A limit has a value.

use palisade::prelude::*;

#[secured(authenticated, parameter_limit)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
