use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(min = 1))]
    most: u64,
    #[garde(range(min = 0.0, max = *most as f64))]
    price: f64,
}

fn main() {}
