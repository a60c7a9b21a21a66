use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(chars, max = 64))]
    tags: Option<Vec<String>>,
}

fn main() {}
