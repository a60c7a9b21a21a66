use palisade::prelude::*;

fn limit() -> usize {
    64
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(chars, max = limit()))]
    note: String,
}

fn main() {}
