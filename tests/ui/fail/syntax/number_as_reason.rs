//! A reason is text.

use palisade::prelude::*;

#[public(reason = 7)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
