//! `Unvalidated` needs a reason in the attribute.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: Unvalidated<String>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
