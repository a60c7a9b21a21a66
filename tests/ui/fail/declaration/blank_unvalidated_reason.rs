//! The reason of `unvalidated` contains words.

use palisade::prelude::*;

#[secured(authenticated, unvalidated = "")]
async fn list(_: Unvalidated<String>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
