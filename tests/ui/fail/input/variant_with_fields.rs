use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
enum Payment {
    Invoice,
    Card(#[garde(skip)] u64),
}

fn main() {}
