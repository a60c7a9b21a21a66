use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(lenght(chars, max = 64))]
    sku: String,
}

fn main() {}
