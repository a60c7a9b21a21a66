//! An input type is not an extractor.

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    quantity: u8,
}

#[secured(authenticated)]
async fn create(_: Caller, _: NewOrder) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
