//! Text in a path is bounded by nothing.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(Path(_): Path<String>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
