use palisade::input::Map;
use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Stock {
    #[garde(length(max = 9))]
    remarks: Map<u16, String>,
}

fn main() {}
