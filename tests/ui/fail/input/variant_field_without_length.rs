use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
enum Payment {
    Invoice,
    Card {
        #[garde(skip)]
        number: String,
    },
}

fn main() {}
