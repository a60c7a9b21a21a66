use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Page<T> {
    #[garde(skip)]
    item: T,
}

fn main() {}
