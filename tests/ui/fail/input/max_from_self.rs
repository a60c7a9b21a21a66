use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    limit: usize,
    #[garde(length(chars, max = self.limit))]
    note: String,
}

fn main() {}
