use palisade::prelude::*;

fn anything(_: &String, _: &()) -> palisade::garde::Result {
    Ok(())
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(ascii, custom(anything))]
    sku: String,
}

fn main() {}
