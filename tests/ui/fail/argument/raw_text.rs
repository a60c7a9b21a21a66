//! The body as text.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: String) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
