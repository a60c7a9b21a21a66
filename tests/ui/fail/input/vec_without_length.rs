use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(inner(length(chars, max = 10)))]
    tags: Vec<String>,
}

fn main() {}
