use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(try_from = "String")]
struct Sku(#[garde(length(chars, max = 64))] String);

impl From<String> for Sku {
    fn from(text: String) -> Self {
        Self(text)
    }
}

fn main() {}
