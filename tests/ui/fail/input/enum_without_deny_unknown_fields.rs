use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
enum Payment {
    Card {
        #[garde(length(bytes, max = 16))]
        number: String,
    },
}

fn main() {}
