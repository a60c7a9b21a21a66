use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Change {
    #[garde(inner(inner(length(chars, max = 8))))]
    #[serde(default)]
    nickname: Option<Option<String>>,
}

fn main() {}
