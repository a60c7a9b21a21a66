use palisade::prelude::*;

#[derive(Deserialize, Validate)]
struct Line {
    #[garde(skip)]
    sku: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(dive)]
    line: Line,
}

fn main() {}
