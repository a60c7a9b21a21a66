use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
struct NewOrder {
    #[serde(with = "how")]
    #[garde(skip)]
    quantity: u32,
    #[garde(skip)]
    sku: String,
    #[garde(skip)]
    price: f32,
    #[garde(skip)]
    #[secure(unvalidated)]
    note: String,
}

mod how {
    pub fn deserialize<'de, D: palisade::serde::Deserializer<'de>>(d: D) -> Result<u32, D::Error> {
        palisade::serde::Deserialize::deserialize(d)
    }
}

fn main() {}
