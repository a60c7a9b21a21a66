use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(range(min = 1, max = 9))]
    quantity: u32,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10))]
    lines: Vec<Line>,
}

fn main() {}
