use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    limited: bool,
    #[garde(if(cond = self.limited, range(min = 0.0, max = 1000.0)))]
    price: f64,
}

fn main() {}
