use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(min = 1))]
    most: u16,
    #[garde(length(max = 10), inner(length(chars, max = usize::from(*most))))]
    tags: Vec<String>,
}

fn main() {}
