use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Event {
    Opened,
    Moved {
        #[garde(skip)]
        steps: u8,
    },
}

fn main() {}
