use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "kind", content = "of")]
enum Shipment {
    Air(#[garde(skip)] u8),
}

fn main() {}
