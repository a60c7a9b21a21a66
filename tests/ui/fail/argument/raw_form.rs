//! `Form` alone is not checked.

use palisade::prelude::*;

#[derive(Deserialize)]
struct NewOrder {}

#[secured(authenticated)]
async fn create(Form(_): Form<NewOrder>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
