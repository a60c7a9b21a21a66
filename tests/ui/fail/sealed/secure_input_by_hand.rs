//! A boxed type claims by hand that its fields are bounded.

use palisade::SecureInput;

#[derive(palisade::serde::Deserialize)]
struct NewOrder {
    note: String,
}

impl SecureInput for Box<NewOrder> {}

fn main() {}
