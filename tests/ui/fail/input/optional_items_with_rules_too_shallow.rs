use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10), inner(length(max = 20)))]
    tags: Option<Vec<String>>,
}

fn main() {}
