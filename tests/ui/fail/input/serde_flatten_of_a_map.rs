use palisade::prelude::*;
use std::collections::BTreeMap;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[serde(flatten)]
    #[garde(skip)]
    rest: BTreeMap<String, String>,
}

fn main() {}
