use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
struct NewOrder {
    #[garde(skip)]
    quantity: u32,
}

fn main() {}
