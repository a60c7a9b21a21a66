use palisade::prelude::*;

mod trimmed {
    use palisade::serde::{Deserialize, Deserializer};

    pub fn deserialize<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
        String::deserialize(text).map(|text| text.trim().to_owned())
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[serde(with = "trimmed")]
    #[garde(length(chars, max = 64))]
    sku: String,
}

fn main() {}
