//! A route needs a method.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", list);
}
