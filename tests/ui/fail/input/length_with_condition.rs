use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    long: bool,
    #[garde(if(cond = !self.long, length(chars, max = 64)))]
    note: String,
}

fn main() {}
