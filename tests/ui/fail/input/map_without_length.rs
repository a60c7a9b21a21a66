use palisade::prelude::*;
use std::collections::HashMap;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Stock {
    #[garde(skip)]
    counts: HashMap<u16, u32>,
}

fn main() {}
