use palisade::prelude::*;
use std::collections::BTreeMap;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Stock {
    #[garde(length(max = 9))]
    notes: BTreeMap<u16, String>,
}

fn main() {}
