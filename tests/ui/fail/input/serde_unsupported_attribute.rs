use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    Sku,
    Quantity,
}

fn main() {}
