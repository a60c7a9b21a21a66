//! Every handler of a chain has a declaration.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list() {}

async fn create() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", get(list).post(create));
}
