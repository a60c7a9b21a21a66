use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    sku: String,
    #[garde(skip)]
    is_gift: bool,
}

fn main() {}
