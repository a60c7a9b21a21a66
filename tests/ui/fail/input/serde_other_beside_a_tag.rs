use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Event {
    Moved {
        #[garde(skip)]
        steps: u8,
    },
    #[serde(other)]
    Unknown,
}

fn main() {}
