use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
enum Payment {
    Invoice,
    Card(#[garde(length(bytes, max = 16))] String),
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    payment: Payment,
}

fn main() {}
