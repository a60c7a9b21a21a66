use palisade::input::Patch;
use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Change {
    #[garde(skip)]
    nickname: Patch<String>,
}

fn main() {}
