//! A duplicate in a list is probably a typo.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "read";
}

#[secured(scopes = any(READ, READ))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
