use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_field)]
struct NewOrder {
    #[garde(length(chars, max = 64))]
    sku: String,
}

fn main() {}
