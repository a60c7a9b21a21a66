use palisade::prelude::*;

type Text = String;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    sku: Text,
}

fn main() {}
