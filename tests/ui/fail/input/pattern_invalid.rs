use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(bytes, max = 16), pattern("^(a$"))]
    sku: String,
}

fn main() {}
