//! Only the last argument reads the body.

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    quantity: u8,
}

#[secured(authenticated)]
async fn create(_: Valid<Json<NewOrder>>, _: Caller) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
