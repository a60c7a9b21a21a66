//! A caller is never optional.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: Option<Caller>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
