use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 3), inner(length(bytes, max = 16), pattern("[a-z]")))]
    skus: Vec<String>,
}

fn main() {}
