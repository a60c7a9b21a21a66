use palisade::prelude::*;

fn read<'de, D: palisade::serde::Deserializer<'de>>(d: D) -> Result<u32, D::Error> {
    u32::deserialize(d)
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[serde(deserialize_with = "read")]
    #[garde(skip)]
    quantity: u32,
}

fn main() {}
