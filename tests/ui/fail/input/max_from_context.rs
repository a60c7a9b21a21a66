use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[garde(context(usize as limit))]
struct NewOrder {
    #[garde(length(chars, max = *limit))]
    note: String,
}

fn main() {}
