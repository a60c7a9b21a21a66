use palisade::prelude::*;

#[derive(Deserialize, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    quantity: u32,
}

fn main() {}
