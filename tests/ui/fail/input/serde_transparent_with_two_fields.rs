use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
struct Sku {
    #[garde(length(chars, max = 64))]
    text: String,
    #[serde(default)]
    #[garde(skip)]
    known: bool,
}

fn main() {}
