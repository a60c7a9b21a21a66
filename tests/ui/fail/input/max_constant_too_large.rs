use palisade::prelude::*;

const LONGEST: usize = usize::MAX;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(chars, max = LONGEST))]
    note: String,
}

fn main() {}
