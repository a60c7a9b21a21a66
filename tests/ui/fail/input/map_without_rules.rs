use palisade::prelude::*;
use std::collections::HashMap;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    labels: HashMap<String, String>,
}

fn main() {}
