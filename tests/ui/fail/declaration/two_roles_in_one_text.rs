//! A text is one role; a space in it is ambiguous.

use palisade::prelude::*;

#[secured(roles = "admin auditor")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
