use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(untagged)]
enum Status {
    Open,
    Paid,
}

fn main() {}
