use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(max = 10))]
    waits: Option<Vec<std::time::Duration>>,
}

fn main() {}
