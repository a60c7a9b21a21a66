//! A role is text or a constant.

use palisade::prelude::*;

#[secured(roles = 7)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
