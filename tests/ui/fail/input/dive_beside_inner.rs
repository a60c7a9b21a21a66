use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10), dive, inner(length(chars, max = 64)))]
    tags: Vec<String>,
}

fn main() {}
