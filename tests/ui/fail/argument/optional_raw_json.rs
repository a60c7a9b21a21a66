//! `Option<Json<…>>` is not checked.

use palisade::prelude::*;

#[derive(Deserialize)]
struct NewOrder {}

#[secured(authenticated)]
async fn create(_: Option<Json<NewOrder>>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
