use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(min = 0.0, max = *__palisade_value))]
    price: f64,
}

fn main() {}
