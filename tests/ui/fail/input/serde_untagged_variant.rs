use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
enum Amount {
    Whole(#[garde(skip)] u64),
    #[serde(untagged)]
    Bare(#[garde(skip)] u64),
}

fn main() {}
