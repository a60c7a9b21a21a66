//! `Valid` requires an input type.

use palisade::prelude::*;

#[derive(Deserialize)]
struct NewOrder {}

#[secured(authenticated)]
async fn create(_: Valid<Json<NewOrder>>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
