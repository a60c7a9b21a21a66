use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, from = "String")]
struct NewOrder {
    #[garde(length(chars, max = 64))]
    sku: String,
}

impl From<String> for NewOrder {
    fn from(sku: String) -> Self {
        Self { sku }
    }
}

fn main() {}
