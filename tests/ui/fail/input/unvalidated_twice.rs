use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(skip)]
    #[secure(unvalidated = "stored, never read", unvalidated = "again")]
    note: String,
}

fn main() {}
