//! `skip` bounds nothing, whatever stands beside it.

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip, code("sku"))]
    sku: String,
}

fn main() {}
