//! The inventory has no name for a field of a tuple that serde skips.

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
struct Pair(
    #[garde(length(chars, max = 64))] String,
    #[serde(skip)]
    #[garde(skip)]
    #[secure(unvalidated = "filled by hand")]
    Vec<u8>,
);

fn main() {}
