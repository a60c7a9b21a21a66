use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(min = 0.0, max = 10.0))]
    limit: f64,
    #[garde(range(min = 0.0, max = self.limit))]
    price: f64,
}

fn main() {}
