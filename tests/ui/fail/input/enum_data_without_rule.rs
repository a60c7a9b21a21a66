use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
enum Payment {
    Invoice,
    Card(String),
}

fn main() {}
