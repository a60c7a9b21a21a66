use palisade::prelude::*;
use std::collections::HashMap;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10))]
    tags: HashMap<String, u32>,
}

fn main() {}
