use palisade::prelude::*;

#[derive(Deserialize, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(min = 1, max = 9))]
    quantity: u32,
}

fn main() {}
