//! What nobody checks needs a reason.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: Unvalidated<String>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
