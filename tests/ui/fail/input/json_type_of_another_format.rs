use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[secure(json = "application/xml")]
struct Order {
    #[garde(range(max = 9))]
    quantity: u8,
}

fn main() {}
