use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Page<T: Validate<Context = ()>> {
    #[garde(dive)]
    item: T,
    #[garde(skip)]
    note: String,
}

fn main() {}
