//! A text in a tuple from the path is not checked.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(Path((_, _)): Path<(u32, String)>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
