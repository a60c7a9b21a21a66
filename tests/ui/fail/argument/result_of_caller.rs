//! A handler runs only if every argument was accepted.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: Result<Caller, Problem>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
