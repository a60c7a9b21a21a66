//! The body as text is not checked.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: String) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
