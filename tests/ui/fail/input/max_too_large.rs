use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(chars, max = 1_048_577))]
    note: String,
}

fn main() {}
