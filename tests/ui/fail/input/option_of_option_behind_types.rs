use std::collections::BTreeMap;

use palisade::prelude::*;

type Maybe<T> = Option<Box<Option<T>>>;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Change {
    #[garde(length(max = 2))]
    ages: Vec<Maybe<u8>>,
}

fn main() {
    let _: BTreeMap<u8, Change>;
}
