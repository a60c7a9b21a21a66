//! `Query` alone is not checked.

use palisade::prelude::*;

#[derive(Deserialize)]
struct NewOrder {}

#[secured(authenticated)]
async fn create(Query(_): Query<NewOrder>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
