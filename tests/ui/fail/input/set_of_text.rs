use palisade::prelude::*;
use std::collections::HashSet;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10))]
    tags: HashSet<String>,
}

fn main() {}
