//! An unknown option is an error, not ignored.

use palisade::prelude::*;

#[secured(authenticated, tenant = "acme")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
