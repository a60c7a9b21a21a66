use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, tag = "type")]
struct Opened {
    #[garde(skip)]
    on: u8,
}

fn main() {}
