use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10), inner(length(chars, max = 64)))]
    rows: Vec<Vec<String>>,
}

fn main() {}
