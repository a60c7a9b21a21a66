//! So is text in a tuple.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(Path((_, _)): Path<(u32, String)>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
