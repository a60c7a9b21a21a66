use palisade::input::Patch;
use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Change {
    #[garde(range(max = 9))]
    age: Patch<Patch<u8>>,
}

fn main() {}
