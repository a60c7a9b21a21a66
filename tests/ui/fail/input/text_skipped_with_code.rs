//! `skip` bounds nothing, whatever is beside it.

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip, code("sku"))]
    sku: String,
}

fn main() {}
