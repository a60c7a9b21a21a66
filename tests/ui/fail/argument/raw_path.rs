//! A text from the path is not checked.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(Path(_): Path<String>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
