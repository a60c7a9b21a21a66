//! A nested type that nothing validates is not let through because garde is not there to complain.

use palisade::prelude::*;

#[derive(Deserialize, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(length(max = 3))]
    sku: String,
    note: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10))]
    lines: Vec<Line>,
}

fn main() {}
