use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[secure(unvalidated = "it is one number")]
struct NewOrder {
    #[garde(skip)]
    quantity: u32,
}

fn main() {}
