use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
enum Event {
    Opened(#[garde(skip)] u8),
    #[serde(skip)]
    Closed(#[garde(skip)] Vec<u8>),
}

fn main() {}
