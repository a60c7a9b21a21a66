use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(bytes, max = 16), pattern("(?m)^[a-z]+$"))]
    sku: String,
}

fn main() {}
