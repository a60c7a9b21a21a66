//! The largest length is a parameter of the type.

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder<const N: usize> {
    #[garde(length(chars, max = N))]
    note: String,
}

fn main() {}
